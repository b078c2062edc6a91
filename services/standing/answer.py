"""What is answered about one subject, from what is known of it. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec

from projections.blacklist.read import Subject, shown, shown_until
from projections.credit.read import Entry, Line, Score, Scorecard, Text, score_of
from projections.day import SHANGHAI


class MeasureInForce(msgspec.Struct, frozen=True):
    """A measure, and the last day that it is in force, Asia/Shanghai."""

    measure: str
    until: date


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """What costs points, and until when. `statement` is the caller's own, never another's."""

    code: str
    points: int
    month: str | None
    ends: date | None
    text: Text
    statement: str | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a subject stands. What is null is not known, or is not so."""

    subject_id: UUID | None
    known: bool = False
    merged_into: UUID | None = None
    tier: str = "none"
    contested: bool = False
    measures: tuple[MeasureInForce, ...] = ()
    score: int | None = None
    grade: str | None = None
    reasons: tuple[Why, ...] = ()
    since: date | None = None
    until: date | None = None


class Judged(msgspec.Struct, frozen=True):
    """How a subject stands for everybody, and what belongs to single callers; good until `stale_at`, unless something new comes."""

    standing: Standing
    dearest: tuple[Line, ...]
    stale_at: datetime

    def seen_by(self, source: str) -> Standing:
        """With the caller's own statements named."""
        return msgspec.structs.replace(self.standing, reasons=tuple(_why(line, source) for line in self.dearest))

    @property
    def sources(self) -> frozenset[str]:
        """Whose statements the reasons are."""
        return frozenset(line.statement.source for line in self.dearest if line.statement is not None)


def judged(subject: Subject, ledger: Iterable[Entry], card: Scorecard, now: datetime) -> Judged:
    """The standing now: no tier and no measure past its last day, whatever was or was not decided since."""
    listed = shown(subject, now)
    scored = score_of(ledger, now, card)
    dearest = scored.reasons[: card.reasons]
    standing = Standing(
        subject_id=subject.subject_id,
        known=True,
        tier=listed.tier.word,
        contested=listed.contested,
        measures=tuple(MeasureInForce(m.measure.value, m.until) for m in listed.measures),
        score=scored.score,
        grade=scored.grade,
        reasons=tuple(_why(line, None) for line in dearest),
        since=listed.since,
        until=listed.until,
    )
    return Judged(standing, dearest, _stale_at(subject, scored, now))


def target(subject_id: UUID, subjects: Mapping[UUID, Subject]) -> UUID:
    """The subject that the id stands for: where the merged one went, and that one after it.

    In a circle, which two partitions of the view can show for a moment, everybody stands for himself.
    """
    found, passed = subject_id, {subject_id}
    while (subject := subjects.get(found)) is not None and subject.merged_into is not None:
        found = subject.merged_into
        if found in passed:
            return subject_id
        passed.add(found)
    return found


def target_at(subject_id: UUID, subjects: Mapping[UUID, Subject], moment: datetime, position: int | None = None) -> UUID:
    """The same at a past moment, or as of a position in the log: before it was merged, an id stood for itself."""
    subject = subjects.get(subject_id)
    if subject is None or (moment < subject.at if position is None else position < subject.position):
        return subject_id
    return target(subject_id, subjects)


def _why(line: Line, source: str | None) -> Why:
    mine = line.statement.id if line.statement is not None and line.statement.source == source else None
    return Why(line.code, line.points, line.month, line.ends, line.text, mine)


def _stale_at(subject: Subject, scored: Score, now: datetime) -> datetime:
    """When the standing is another without any new fact, at the latest: `until` is a last day, so the day after it."""
    last_day = shown_until(subject, now)
    turns = [scored.changes_at] if scored.changes_at is not None else []
    if last_day is not None:
        turns.append(datetime.combine(last_day + timedelta(days=1), time(), SHANGHAI))
    return min(turns, default=now + timedelta(days=1))
