"""The score: what a ledger comes to at a moment, in eighths of a point, by a scorecard. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec

from events.facts.dossier import Group, StatementRef
from events.facts.fact import Measure
from projections.credit.fold import Entry
from projections.day import shanghai_day

EIGHTHS = 8


class Text(msgspec.Struct, frozen=True):
    """The same in both languages."""

    zh: str
    en: str

    def __add__(self, other: "Text") -> "Text":
        return Text(self.zh + other.zh, self.en + other.en)


class Grade(msgspec.Struct, frozen=True, rename={"least": "from"}):
    """The grade of scores from `least` up."""

    letter: str
    least: int


class Scorecard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the points of weighings come to. Data, in `scorecards/`; points and factors of groups are the rulebook's."""

    version: str
    full: int
    floor: int
    entity_cap: int
    corroboration: tuple[int, int]
    reasons: int
    grades: tuple[Grade, ...]
    measures: dict[Measure, Text]
    groups: dict[Group, Text]
    corroborated: Text
    lines: dict[str, Text]


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

    @property
    def reasons(self) -> tuple[Line, ...]:
        """The sanctions that cost points, the dearest first."""
        return tuple(line for line in self.lines if line.month is not None)


def score(ledger: Iterable[Entry], moment: datetime, card: Scorecard, position: int | None = None) -> Score:
    """The score at a moment, of what was recorded by then, or by a position in the log. Order and duplicates do not matter."""
    known = {entry.weighing.id: entry for entry in sorted(ledger, key=_recency) if _weighs(entry, moment, position)}
    counted = [entry for entry in known.values() if entry.weighing.begins <= moment < entry.weighing.counts_until]
    taken = [(entry, _cost(entry, counted, card)) for entry in counted]
    lines = sorted((_line(entry, cost, card) for entry, cost in taken), key=_dearest)
    lines += _caps(taken, card)
    left = card.full * EIGHTHS + sum(line.eighths for line in lines)
    lines += _one("FLOOR", max(0, card.floor * EIGHTHS - left), card)
    left = max(left, card.floor * EIGHTHS)
    points = (left + EIGHTHS // 2) // EIGHTHS
    lines += _one("ROUNDING", points * EIGHTHS - left, card)
    grade = next(grade.letter for grade in sorted(card.grades, key=lambda g: -g.least) if points >= grade.least)
    turns = [turn for entry in known.values() for turn in (entry.weighing.begins, entry.weighing.counts_until) if turn > moment]
    return Score(score=points, grade=grade, lines=tuple(lines), scorecard=card.version, at=moment, changes_at=min(turns, default=None))


def _recency(entry: Entry) -> tuple[int, bool]:
    return entry.recorded_id, entry.ended_id is not None


def _weighs(entry: Entry, moment: datetime, position: int | None) -> bool:
    if position is not None:
        return entry.recorded_id <= position and (entry.ended_id is None or entry.ended_id > position)
    return entry.recorded_at <= moment and (entry.ended_at is None or entry.ended_at > moment)


def _corroborated(entry: Entry, counted: list[Entry]) -> bool:
    mine = entry.weighing
    return any(other.weighing.group == mine.group and other.weighing.entity != mine.entity for other in counted)


def _cost(entry: Entry, counted: list[Entry], card: Scorecard) -> int:
    """Eighths that the weighing takes. The first rulebook's are whole multiples of four; any other's fraction is the subject's."""
    more, of = card.corroboration
    eighths = entry.weighing.eighths
    return eighths + eighths * more // of if _corroborated(entry, counted) else eighths


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


def named(entries: Iterable[Entry]) -> dict[UUID, Entry]:
    """The newest entry of each weighing."""
    return {entry.weighing.id: entry for entry in sorted(entries, key=_recency)}
