"""What the service answers with, and what becomes of a row of the view to get there. Pure."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from events.facts.directive import Reason
from events.facts.fact import Category, Kind, Measure, Tier
from events.facts.listing import MeasureUntil
from projections.blacklist.read import Change, Shown, Subject, shown
from services.regulator.masking import shown_name
from services.regulator.query import Span

TierWord = Literal["none", "watch", "restricted", "blacklisted"]
What = Literal["listed", "changed", "removed"]

_WORDS: dict[Tier, TierWord] = {
    Tier.NONE: "none",
    Tier.WATCH: "watch",
    Tier.RESTRICTED: "restricted",
    Tier.BLACKLISTED: "blacklisted",
}


class Restriction(msgspec.Struct, frozen=True):
    """A measure and the last day that it is in force, Asia/Shanghai."""

    measure: Measure
    until: date


class Text(msgspec.Struct, frozen=True):
    zh: str
    en: str


class Ground(msgspec.Struct, frozen=True):
    """Why, as a code of the rulebook and in both languages."""

    code: str
    text: Text


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A subject's place on the list at a moment."""

    tier: TierWord
    contested: bool
    categories: list[Category]
    measures: list[Restriction]
    since: date | None
    until: date | None
    decision: str | None
    reasons: list[Ground]


class Entry(Place, frozen=True, kw_only=True):
    """A listed subject. `position` and `at` say which fact of the log it stands as of."""

    subject_id: UUID
    name: str | None
    uscc: str | None
    kind: Kind | None
    rulebook: str | None
    position: int
    at: datetime
    demo: bool


class Blacklist(msgspec.Struct, frozen=True):
    """One page of the list. `as_of` is the moment or the position that it is of."""

    items: list[Entry]
    as_of: datetime | int


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One change: what it was, for whom, and the place before and after."""

    what: What
    subject_id: UUID
    name: str | None
    uscc: str | None
    position: int
    at: datetime
    before: Place
    after: Place


class ChangedList(msgspec.Struct, frozen=True):
    """One page of changes, oldest first."""

    items: list[Changed]


def entry(subject: Subject, moment: datetime) -> Entry:
    return Entry(
        subject_id=subject.subject_id,
        name=shown_name(subject.name, subject.kind, subject.uscc),
        uscc=subject.uscc,
        kind=subject.kind,
        rulebook=subject.rulebook,
        position=subject.position,
        at=subject.at,
        demo=subject.demo,
        **msgspec.structs.asdict(place(shown(subject, moment))),
    )


def changed(change: Change, span: Span) -> Changed:
    """`changed` is anything between listed and removed: another tier, a measure, a term, a contest.

    Of a net difference the places are those at its ends, else those around the change.
    """
    subject, moment = change.after, change.after.at
    before = shown(change.before, span.start if span.net else moment) if change.before is not None else Shown()
    after = shown(subject, span.end if span.net else moment)
    was, is_now = before.tier >= Tier.RESTRICTED, after.tier >= Tier.RESTRICTED
    return Changed(
        what="changed" if was == is_now else "listed" if is_now else "removed",
        subject_id=subject.subject_id,
        name=shown_name(subject.name, subject.kind, subject.uscc),
        uscc=subject.uscc,
        position=subject.position,
        at=moment,
        before=place(before),
        after=place(after),
    )


def place(it: Shown) -> Place:
    return Place(
        tier=_WORDS[it.tier],
        contested=it.contested,
        categories=list(it.categories),
        measures=[_restriction(measure) for measure in it.measures],
        since=it.since,
        until=it.until,
        decision=it.decision,
        reasons=[_ground(reason) for reason in it.reasons],
    )


def _restriction(it: MeasureUntil) -> Restriction:
    return Restriction(it.measure, it.until)


def _ground(reason: Reason) -> Ground:
    return Ground(reason.code, Text(reason.zh, reason.en))
