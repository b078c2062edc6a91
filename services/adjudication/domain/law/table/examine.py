"""What is wrong with a table: cases without an answer, cases with several, and steps by which more of a thing costs less."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

from services.adjudication.domain.law.table.cases import Axis, Case, Entry, Part, Span, Table, cases, holding, parts

T = TypeVar("T")
Kind = Literal["gap", "overlap", "milder", "flat", "doubtful", "unreached", "withheld", "disorder"]
"""`milder`: more of it costs less. `flat`: a repetition costs no more. `unreached`: an entry that answers no case."""


class Defect(NamedTuple):
    """What is wrong in which cases, and which entries are concerned."""

    kind: Kind
    table: str
    where: str
    entries: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.kind}: {self.table}", self.where, f"({', '.join(self.entries)})" if self.entries else "")))


def examine(table: Table[T]) -> list[Defect]:
    """Prove that every case has exactly one answer, or say where it has not. Neighbouring cases with one defect are one."""
    answers = {case: holding(table, case) for case in cases(table)}
    gaps = [case for case, found in answers.items() if not found]
    defects = [Defect("gap", table.name, where) for where in _named(table, gaps)]
    several: dict[tuple[str, ...], list[Case]] = {}
    for case, found in answers.items():
        if len(found) > 1:
            several.setdefault(tuple(entry.name for entry in found), []).append(case)
    defects += [Defect("overlap", table.name, where, names) for names, of in several.items() for where in _named(table, of)]
    for entry in table.entries:
        if entry.doubtful is not None:
            doubted = [case for case, found in answers.items() if entry in found and _open_to_doubt(table, entry.doubtful, case)]
            defects += [Defect("doubtful", table.name, where, (entry.name,)) for where in _named(table, doubted)]
    reached = {id(entry) for found in answers.values() for entry in found}
    defects += [Defect("unreached", table.name, "", (entry.name,)) for entry in table.entries if id(entry) not in reached]
    return defects + [defect for axis in table.axes if axis.climbs for defect in _steps(table, axis, answers)]


def _open_to_doubt(table: Table[T], doubtful: tuple[str, Span], case: Case) -> bool:
    part = case[[axis.name for axis in table.axes].index(doubtful[0])]
    return isinstance(part, Span) and doubtful[1].covers(part)


def _steps(table: Table[T], axis: Axis, answers: Mapping[Case, list[Entry[T]]]) -> Iterator[Defect]:
    """From each part of the axis to the next one, with everything else equal, where both have one answer."""
    at, along = table.axes.index(axis), parts(axis, table.entries)
    found: dict[tuple[Kind, tuple[str, ...]], list[Case]] = {}
    for lower, higher in pairwise(along):
        for case in (case for case in answers if case[at] == higher):
            before, after = answers.get((*case[:at], lower, *case[at + 1 :]), []), answers[case]
            if len(before) == len(after) == 1 and before != after:
                had, has = table.hardness(before[0].answer), table.hardness(after[0].answer)
                kind: Kind | None = "milder" if has < had else "flat" if has == had and axis.climbs == "harder" else None
                if kind is not None:
                    found.setdefault((kind, (before[0].name, after[0].name)), []).append(case)
    for (kind, names), of in found.items():
        yield from (Defect(kind, table.name, where, names) for where in _named(table, of))


def _named(table: Table[T], found: Sequence[Case]) -> list[str]:
    """The cases in words, neighbours joined; an axis on which they differ in nothing is left out."""
    joined = list(found)
    for at, axis in enumerate(table.axes):
        joined = _joined(joined, at, axis)
    return [", ".join(f"{a.name} {part}" for a, part in zip(table.axes, case, strict=True) if not _whole(a, part)) for case in joined]


def _whole(axis: Axis, part: Part) -> bool:
    return part == (axis.whole if isinstance(part, Span) else "any")


def _joined(found: Sequence[Case], at: int, axis: Axis) -> list[Case]:
    groups: dict[Case, list[Part]] = {}
    for case in found:
        groups.setdefault((*case[:at], *case[at + 1 :]), []).append(case[at])
    return [(*rest[:at], part, *rest[at:]) for rest, along in groups.items() for part in _runs(along, axis)]


def _runs(along: Sequence[Part], axis: Axis) -> list[Part]:
    if axis.words:
        return ["any"] if set(along) == set(axis.words) else list(along)
    runs: list[Part] = []
    for span in sorted((part for part in along if isinstance(part, Span)), key=lambda span: span.least):
        last = runs[-1] if runs else None
        if isinstance(last, Span) and last.most is not None and last.most + 1 == span.least:
            runs[-1] = Span(last.least, span.most)
        else:
            runs.append(span)
    return runs
