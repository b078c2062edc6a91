"""What keeps the list just: appeals, interim measures that lapse, the breaker's holds, and second looks."""

from datetime import date, datetime
from typing import Literal

from events.facts.listing import Actor, ListingFact, MeasureUntil
from events.facts.waiting import HoldReason, Plea


class AppealLodged(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="appeal.lodged.v1"):
    """The subject appeals against the decision. It is contested from now on, and in force."""

    by: Actor
    reason: str
    """Digest of the words, which are in the vault, here and below."""
    evidence: tuple[str, ...] = ()
    """sha256 of what was handed in with it."""
    answer_by: datetime | None = None
    """Undecided by then it is granted."""


class AppealDecided(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="appeal.decided.v1"):
    """Another person than those who decided looked at it anew. Granted, the listing ends."""

    granted: bool
    by: Actor
    reason: str


class InterimImposed(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="interim.imposed.v1"):
    """A person restricts before the decision, where waiting would harm others: for 72 hours at most, and once."""

    measures: tuple[MeasureUntil, ...]
    since: date
    until: date
    """The last whole day within the 72 hours, for platforms that hear nothing more."""
    ends: datetime
    rule: str
    by: Actor
    reason: str


class InterimEnded(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="interim.ended.v1"):
    """It lapsed by itself, or a person lifted it before. A decision, or the end of the listing, ends it without this."""

    why: Literal["lapsed", "lifted"]
    by: Actor
    reason: str | None = None


class ListingHeld(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.held.v1"):
    """The breaker keeps what was about to be decided for a person to look at. Nothing is restricted by it."""

    why: HoldReason
    by: Actor
    """Who was about to decide: the clock, or a person."""


class HoldReleased(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.hold-released.v1"):
    """A person has looked: the decision may be made now."""

    by: Actor
    reason: str


class ListingReviewed(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.reviewed.v1"):
    """Some of the evidence fell; a person looked again, and what is left is enough."""

    evidence: tuple[str, ...]
    """sha256 of what had fallen."""
    by: Actor
    reason: str


class AnswerOverdue(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="answer.overdue.v1"):
    """Nobody answered in time, and what was asked for is granted by itself: nobody stays punished because the hub is silent."""

    plea: Plea
    due: datetime
