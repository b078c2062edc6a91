"""What the hub decides about a subject's place on the list."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from events.facts.dossier import AccountRef, Group, StatementRef
from events.facts.fact import Category, DossierFact, Measure, Tier
from events.facts.waiting import AnswerDue, Hold

End = Literal["expired", "repaired", "revoked", "wrongful"]
Doubt = Literal["objection", "basis_gone", "appeal", "evidence"]
"""`evidence`: some of what it rests on fell, and what is left still justifies it: a person looks again."""
Actor = str
"""The code of the credential that acted; `hub` and `clock` for the hub itself, `merchant:{platform}` for whoever holds a notice."""


class MeasureUntil(msgspec.Struct, frozen=True, order=True):
    """A measure and the last day that it is in force, Asia/Shanghai."""

    measure: Measure
    until: date


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long and by what a person would restrict, where that is not what the rulebook says by default."""

    months: int | None = None
    measures: tuple[Measure, ...] = ()


class Basis(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of the sanctions that a listing rests on, as the subject is told."""

    weighing: UUID
    account: AccountRef
    entity: str
    measure: Measure
    category: Category
    begins: date


class Interim(msgspec.Struct, frozen=True):
    """What holds while a listing is not decided yet: measures with their last day, and the moment at which they lapse before that."""

    measures: tuple[MeasureUntil, ...]
    since: date
    until: date
    ends: datetime
    rule: str
    by: Actor


class Listing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A listing with its procedural state, as it moves with an account from one dossier to another."""

    listing_id: UUID
    tier: Tier
    rule: str
    rulebook: str
    group: Group
    state: Literal["proposed", "released", "served", "decided"]
    basis: tuple[Basis, ...]
    proposed_at: datetime
    notice: str | None = None
    released_by: Actor | None = None
    released_at: datetime | None = None
    served_at: datetime | None = None
    respond_by: datetime | None = None
    undelivered: bool = False
    failed: tuple[str, ...] = ()
    objected: bool = False
    objected_by: tuple[Actor, ...] = ()
    """Who lodged the objections that nobody has answered yet."""
    approvals: tuple[Actor, ...] = ()
    approved: Terms | None = None
    """What the first of two persons approved; the second has to approve the same."""
    decided_by: tuple[Actor, ...] = ()
    contested: bool = False
    doubts: tuple[Doubt, ...] = ()
    basis_gone_at: datetime | None = None
    repair_by: Actor | None = None
    ending: tuple[Actor, End] | None = None
    """The first of two persons who end it, and as what."""
    decision: str | None = None
    measures: tuple[MeasureUntil, ...] = ()
    since: date | None = None
    until: date | None = None
    interim: Interim | None = None
    """In force now; a listing has one at most, ever."""
    interim_before: bool = False
    hold: Hold | None = None
    hold_released_by: Actor | None = None
    appeal_by: Actor | None = None
    """Who lodged the appeal that nobody has decided yet."""
    appealed: bool = False
    """An appeal was lodged against the decision."""
    appellants: tuple[Actor, ...] = ()
    """Who did: each may once, so that no accuser who speaks for the subject uses up its appeal."""
    reviewed: tuple[str, ...] = ()
    """sha256 of the fallen evidence that a person has looked at since, and found the rest to be enough."""
    answers: tuple[AnswerDue, ...] = ()
    """What persons have not answered yet, and by when they have to."""
    pleaded: tuple[str, ...] = ()
    """sha256 of what was handed in for the subject."""


class ListingFact(DossierFact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of one listing."""

    listing_id: UUID


class WatchBegan(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="watch.began.v1"):
    """One grave sanction with evidence puts the subject on watch: informational, by itself, no directive."""

    weighing: UUID
    rule: str
    rulebook: str
    until: date


class WatchEnded(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="watch.ended.v1"):
    """The watch that rested on this weighing is over."""

    weighing: UUID
    why: Literal["expired", "discounted", "listed", "detached"]


class ListingProposed(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.proposed.v1"):
    """A rule found that the weighed sanctions justify a tier. Nothing is restricted yet."""

    tier: Tier
    rule: str
    rulebook: str
    group: Group
    basis: tuple[Basis, ...]


class NoticeReleased(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="notice.released.v1"):
    """A notice is ready to be handed out, by a named reviewer, or by the hub for a watch (then without a listing)."""

    notice: str
    tier: Tier
    rule: str
    rulebook: str
    basis: tuple[Basis, ...]
    accounts: tuple[AccountRef, ...]
    by: Actor
    listing_id: UUID | None = None
    measures: tuple[Measure, ...] = ()
    respond_days: int | None = None
    reason: str | None = None
    """Digest of the reviewer's reason, whose words are in the vault."""
    interim_ends: datetime | None = None
    """Of the notice of an interim measure: when it lapses. Such a notice starts no hearing and names no listing."""


class NoticeServed(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="notice.served.v1"):
    """A platform that has the account proved delivery: the hearing starts."""

    notice: str
    platform: str
    statement: StatementRef
    respond_by: datetime
    accounts: tuple[AccountRef, ...]
    provisional: bool = False
    """The official calendar of a year in the window is not known yet: its weekdays were counted."""


class DeliveryNoted(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="notice.delivery-noted.v1"):
    """A platform said what became of a notice that waits for nothing: of a watch, or one that is served or over already."""

    notice: str
    platform: str
    statement: StatementRef
    delivered: bool


class DeliveryFailed(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="notice.delivery-failed.v1"):
    """One platform could not deliver the notice."""

    notice: str
    platform: str
    statement: StatementRef


class NoticeUndelivered(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="notice.undelivered.v1"):
    """Nobody delivered the notice: a human has to look, and silence decides nothing."""

    notice: str
    why: Literal["all_failed", "no_answer"]


class ObjectionLodged(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="objection.lodged.v1"):
    """The subject objected: silence does not decide any more."""

    by: Actor
    reason: str
    """Digest of the words, which are in the vault."""
    evidence: tuple[str, ...] = ()
    """sha256 of what was handed in with it."""
    answer_by: datetime | None = None
    """Unanswered by then it is granted, here and below."""


class ObjectionResolved(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="objection.resolved.v1"):
    """A person answered the objection."""

    upheld: bool
    by: Actor
    reason: str


class ListingApproved(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.approved.v1"):
    """The first of two persons approved; alone it restricts nobody."""

    by: Actor
    reason: str
    terms: Terms


class ListingDecided(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.decided.v1"):
    """The subject is listed: by persons, or deemed so when nobody objected in time."""

    tier: Tier
    decision: str
    deemed: bool
    by: tuple[Actor, ...]
    measures: tuple[MeasureUntil, ...]
    since: date
    until: date
    rulebook: str
    reason: str | None = None


class ListingRejected(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.rejected.v1"):
    """A proposal came to nothing: a person turned it down, or what it rested on fell away."""

    why: Literal["not_justified", "basis_gone", "objection_upheld", "superseded"]
    by: Actor
    reason: str | None = None


class ListingContested(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.contested.v1"):
    """Doubt about the listing is shown to everybody, or is gone."""

    contested: bool
    why: Literal["objection", "basis_gone", "appeal", "evidence", "resolved"]
    answer_by: datetime | None = None


class RepairApplied(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="repair.applied.v1"):
    """The subject asks to be taken off: corrected, performed, committed."""

    by: Actor
    reason: str
    evidence: tuple[str, ...] = ()
    answer_by: datetime | None = None


class RepairDecided(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="repair.decided.v1"):
    """A person decided on the repair."""

    granted: bool
    by: Actor
    reason: str


class EndingApproved(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.ending-approved.v1"):
    """The first of two persons would end the listing; alone it ends nothing."""

    why: End
    by: Actor
    reason: str


class ListingEnded(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.ended.v1"):
    """The listing is over: publicity, sharing and measures end together."""

    why: End
    by: tuple[Actor, ...]
    reason: str | None = None


class ListingMoved(ListingFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.moved.v1"):
    """The listing goes on in the dossier that the account went to."""

    to: UUID


class ListingCarried(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="listing.carried.v1"):
    """A listing came along with an account, with its procedural state, term and decision."""

    listing: Listing
    origin: UUID
