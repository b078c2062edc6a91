"""The score: what a ledger comes to at a moment, in eighths of a point, by a scorecard. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from events.facts.dossier import Group, StatementRef, Weighing
from projections.credit.fold import Entry
from projections.credit.scorecard import Scorecard, Text
from projections.day import shanghai_day

EIGHTHS = 8


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the account: signed eighths of a point, what for, and until when.

    `statement` is for the member that made it, and for nobody else.
    """

    code: str
    eighths: int
    text: Text
    month: str | None = None
    """When the sanction began: its month is enough, a day could single out who reported."""
    ends: date | None = None
    """The day, Asia/Shanghai, on which it stops to count."""
    statement: StatementRef | None = None

    @property
    def points(self) -> int:
        """In whole points, half up."""
        return (self.eighths + EIGHTHS // 2) // EIGHTHS


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A score with its account: 8 × full + the sum of the lines = 8 × score."""

    score: int
    grade: str
    lines: tuple[Line, ...]
    scorecard: str
    at: datetime
    changes_at: datetime | None
    """When it is another without any new fact, at the earliest; None for never."""
    reasons: tuple[Line, ...]
    """The sanctions that cost most, the dearest first."""


def score(ledger: Iterable[Entry], moment: datetime, card: Scorecard, position: int | None = None) -> Score:
    """The score at a moment, of what was recorded by then, or by a position in the log. Order and duplicates do not matter."""
    known = _known(ledger, moment, position)
    counted = [entry for entry in known if entry.weighing.begins <= moment < entry.weighing.counts_until]
    taken = _costs(counted, card)
    sanctions = sorted((_line(entry, cost, card) for entry, cost in taken), key=_dearest)
    lines = sanctions + _caps(taken, card)
    left = card.full * EIGHTHS + sum(line.eighths for line in lines)
    lines += _one("FLOOR", max(0, card.floor * EIGHTHS - left), card)
    left = max(left, card.floor * EIGHTHS)
    points = (left + EIGHTHS // 2) // EIGHTHS
    lines += _one("ROUNDING", points * EIGHTHS - left, card)
    turns = [turn for entry in known for turn in (entry.weighing.begins, entry.weighing.counts_until) if turn > moment]
    return Score(
        score=points,
        grade=max((grade for grade in card.grades if points >= grade.least), key=lambda grade: grade.least).letter,
        lines=tuple(lines),
        reasons=tuple(sanctions[: card.reasons]),
        scorecard=card.version,
        at=moment,
        changes_at=min(turns, default=None),
    )


def _known(ledger: Iterable[Entry], moment: datetime, position: int | None) -> list[Entry]:
    """The weighings that had come in and not been ended: one entry each, the one with the higher ids when there are several."""
    newest = {(entry.weighing.id, entry.recorded_id): entry for entry in sorted(ledger, key=lambda entry: entry.position)}
    weighs = sorted((entry for entry in newest.values() if _weighs(entry, moment, position)), key=lambda entry: entry.recorded_id)
    return list({entry.weighing.id: entry for entry in weighs}.values())


def _weighs(entry: Entry, moment: datetime, position: int | None) -> bool:
    if position is not None:
        return entry.recorded_id <= position and (entry.ended_id is None or entry.ended_id > position)
    return entry.recorded_at <= moment and (entry.ended_at is None or entry.ended_at > moment)


def _costs(counted: list[Entry], card: Scorecard) -> list[tuple[Entry, int]]:
    """Eighths that each weighing takes. The first rulebook's are multiples of four; any other's fraction is the subject's."""
    entities: dict[Group, set[str]] = defaultdict(set)
    for entry in counted:
        entities[entry.weighing.group].add(entry.weighing.entity)
    more, of = card.corroboration

    def cost(it: Weighing) -> int:
        return it.eighths + (it.eighths * more // of if len(entities[it.group]) > 1 else 0)

    return [(entry, cost(entry.weighing)) for entry in counted]


def _line(entry: Entry, cost: int, card: Scorecard) -> Line:
    it = entry.weighing
    text = card.groups[it.group] + Text("：", ": ") + card.measures[it.measure]
    return Line(
        code=f"{it.measure}_{it.group}".upper(),
        eighths=-cost,
        text=text if cost == it.eighths else text + card.corroborated,
        month=shanghai_day(it.begins).strftime("%Y-%m"),
        ends=shanghai_day(it.counts_until),
        statement=it.statement,
    )


def _dearest(line: Line) -> tuple[int, str, StatementRef | None]:
    return line.eighths, line.code, line.statement


def _caps(taken: list[tuple[Entry, int]], card: Scorecard) -> list[Line]:
    """What each legal entity took beyond the cap is given back."""
    by_entity: dict[str, int] = defaultdict(int)
    for entry, cost in taken:
        by_entity[entry.weighing.entity] += cost
    beyond = sorted(total - card.entity_cap * EIGHTHS for total in by_entity.values())
    return [line for excess in beyond for line in _one("CAP", max(0, excess), card)]


def _one(code: str, eighths: int, card: Scorecard) -> list[Line]:
    return [Line(code=code, eighths=eighths, text=card.lines[code])] if eighths else []
