"""How the hub reads a platform's schedule where it does not say one thing: the milder side, with a remark, and a person looks."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from services.adjudication.domain.law.platform.schedule import ORDINARY, Penalty, PlatformBook, PlatformRule
from services.adjudication.domain.law.table.cases import Case, Entry, Span, holding

Ambiguity = Literal["gap", "overlap", "doubtful", "beyond"]
"""`beyond`: repeated more often than the schedule goes; what it says last is read, and a person decides."""


class Reading(NamedTuple):
    """What an offence costs. No penalty: the schedule says nothing of any such offence."""

    penalty: Penalty | None
    ambiguities: tuple[Ambiguity, ...] = ()


def read_case(book: PlatformBook, rule: PlatformRule, offence: int, quantity: int, gravity: str = ORDINARY) -> Reading:
    """Of several answers the mildest; between two bands the milder neighbour; past the last row, the last row."""
    table = book.table(rule)

    def found(times: int, items: int) -> list[Entry[Penalty]]:
        case: Case = (gravity, Span(times, times), Span(items, items))
        return holding(table, case)

    here = found(offence, quantity)
    if here:
        doubtful = any(entry.doubtful is not None and entry.doubtful[1].covers(Span(quantity, quantity)) for entry in here)
        several: tuple[Ambiguity, ...] = ("overlap",) if len(here) > 1 else ()
        return Reading(_mildest(here), (*several, *(("doubtful",) if doubtful else ())))
    edges = sorted(edge for entry in table.entries for edge in _edges(entry, "quantity"))
    below = next((entries for edge in reversed(edges) if edge < quantity and (entries := found(offence, edge))), [])
    above = next((entries for edge in edges if edge > quantity and (entries := found(offence, edge))), [])
    if below or above:
        return Reading(_mildest([*below, *above]), ("gap",))
    last = max((edge for entry in table.entries for edge in _edges(entry, "offence") if edge < offence), default=0)
    return Reading(read_case(book, rule, last, quantity, gravity).penalty, ("beyond",)) if last else Reading(None, ("gap",))


def read_any(book: PlatformBook, rule: PlatformRule, offence: int, quantity: int | None) -> list[Reading]:
    """The readings of an ordinary offence when nobody said how many items it was: of every band."""
    if quantity is not None:
        return [read_case(book, rule, offence, quantity)]
    edges = {1} | {edge for entry in book.table(rule).entries for edge in _edges(entry, "quantity")}
    return [read_case(book, rule, offence, edge) for edge in sorted(edges)]


def allowed(book: PlatformBook, rule: PlatformRule, offence: int, quantity: int | None) -> list[Penalty]:
    """All that the schedule allows for it, however grave it was."""
    items = None if quantity is None else Span(quantity, quantity)
    times = Span(offence, offence)
    entries = book.table(rule).entries
    return [entry.answer for entry in entries if _may_fit(entry, "offence", times) and _may_fit(entry, "quantity", items)]


def _may_fit(entry: Entry[Penalty], axis: str, at: Span | None) -> bool:
    wanted = entry.where.get(axis)
    return at is None or not isinstance(wanted, Span) or wanted.covers(at)


def _mildest(entries: Sequence[Entry[Penalty]]) -> Penalty:
    return min((entry.answer for entry in entries), key=lambda penalty: penalty.hardness)


def _edges(entry: Entry[Penalty], axis: str) -> list[int]:
    where = entry.where.get(axis)
    return [] if not isinstance(where, Span) else [where.least, *([where.most] if where.most is not None else [])]
