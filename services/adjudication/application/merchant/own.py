"""What a subject is told of itself: the notice with what may be done about it now, and its own file. Pure.

Nothing that reporters said, no evidence's place and no other platform's names of accounts are in it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import msgspec

from events.facts.fact import Tier
from events.facts.listing import Basis, Listing, MeasureUntil
from services.adjudication.application.merchant.holder import Holder
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards import allows
from services.adjudication.domain.dossier import Dossier, Weighed
from services.adjudication.domain.draft import Moment
from services.adjudication.domain.law.calendar import day_of

STEPS = ("object", "appeal", "apply-for-repair")
TOLD = frozenset({"derived", "overturned", "settled", "repaired", "amended", "repeated", "evidence_discredited"})
"""Why a sanction does not count any more, where telling it points at nobody."""


class OwnSanction(msgspec.Struct, frozen=True):
    """A sanction as the hub weighed it. `account` only where it is the holder's own."""

    entity: str
    account: str | None
    measure: str
    category: str
    begins: date
    ends: datetime | None = None
    counts_until: datetime | None = None
    counts: bool = True
    why_not: str | None = None


class OwnListing(msgspec.Struct, frozen=True, kw_only=True):
    """A listing as the subject sees it. `may`: what it may do now; `why`: how it ended."""

    listing_id: UUID
    tier: str
    state: str
    rule: str
    rulebook: str
    facts: tuple[OwnSanction, ...]
    measures: tuple[MeasureUntil, ...]
    respond_by: datetime | None
    contested: bool
    objections_open: int
    appeal_open: bool
    repair_open: bool
    answer_by: datetime | None
    """Whatever nobody has answered by then is granted."""
    since: date | None
    until: date | None
    interim_ends: datetime | None
    why: str | None = None
    may: tuple[str, ...] = ()


class OwnNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder of a notice sees of it; a notice of a watch has no listing."""

    notice: str
    account: str
    platform: str
    tier: str
    listing: OwnListing | None


class OwnDirective(msgspec.Struct, frozen=True):
    """What platforms were told, and when."""

    seq: int
    at: datetime
    tier: str
    contested: bool
    until: date | None
    correction: bool


class OwnFile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the hub holds against the subject, and what it told."""

    subject_id: UUID
    uscc: str | None
    name: str | None
    kind: str | None
    accounts: tuple[str, ...]
    """Of the holder's own platform."""
    platforms: tuple[str, ...]
    sanctions: tuple[OwnSanction, ...]
    watches_until: tuple[date, ...]
    listings: tuple[OwnListing, ...]
    told: tuple[OwnDirective, ...]


def own_notice(dossier: Dossier, holder: Holder, moment: Moment) -> OwnNotice | None:
    """None for a listing that never was."""
    listing = _listing(dossier, holder, moment, holder.listing_id) if holder.listing_id is not None else None
    if holder.listing_id is not None and listing is None:
        return None
    tier = listing.tier if listing is not None else Tier.WATCH.word
    account = holder.account
    return OwnNotice(notice=holder.notice, account=account.account, platform=account.platform, tier=tier, listing=listing)


def own_file(dossier: Dossier, holder: Holder, moment: Moment) -> OwnFile:
    ids = (*dossier.listings, *(known for known, closed in dossier.closed.items() if closed.how != "moved"))
    listings = (_listing(dossier, holder, moment, listing_id) for listing_id in ids)
    return OwnFile(
        subject_id=dossier.subject_id, uscc=dossier.uscc, name=dossier.name, kind=dossier.kind,
        accounts=tuple(sorted(ref.account for ref in dossier.accounts if ref.platform == holder.account.platform)),
        platforms=tuple(sorted({ref.platform for ref in dossier.accounts})),
        sanctions=tuple(_sanction(entry, holder) for entry in dossier.weighed.values() if entry.discounted != "detached"),
        watches_until=tuple(sorted(watch.until for watch in dossier.watches.values())),
        listings=tuple(listing for listing in listings if listing is not None), told=tuple(_told(dossier)),
    )  # fmt: skip


def _listing(dossier: Dossier, holder: Holder, moment: Moment, listing_id: UUID) -> OwnListing | None:
    open_one, closed = dossier.listings.get(listing_id), dossier.closed.get(listing_id)
    if open_one is not None:
        may = (step for step in STEPS if allows(step, Case(dossier, open_one, moment, holder.person)))
        return _shown(open_one, holder, open_one.state, None, tuple(may))
    return None if closed is None or closed.how == "moved" else _shown(closed.listing, holder, closed.how, closed.why, ())


def _shown(it: Listing, holder: Holder, state: str, why: str | None, may: tuple[str, ...]) -> OwnListing:
    return OwnListing(
        listing_id=it.listing_id, tier=it.tier.word, state=state, rule=it.rule, rulebook=it.rulebook,
        facts=tuple(_fact(rest, holder) for rest in it.basis), measures=it.measures, respond_by=it.respond_by, contested=it.contested,
        objections_open=len(it.objected_by), appeal_open=it.appeal_by is not None, repair_open=it.repair_by is not None,
        answer_by=min((due.by for due in it.answers), default=None),
        since=it.since, until=it.until, interim_ends=it.interim.ends if it.interim else None, why=why, may=may,
    )  # fmt: skip


def _fact(rest: Basis, holder: Holder) -> OwnSanction:
    own = rest.account.account if rest.account.platform == holder.account.platform else None
    return OwnSanction(rest.entity, own, rest.measure.value, rest.category.value, rest.begins)


def _sanction(entry: Weighed, holder: Holder) -> OwnSanction:
    it, why = entry.weighing, entry.discounted
    told = None if why is None else why if why in TOLD else "other"
    own = it.account.account if it.account.platform == holder.account.platform else None
    return OwnSanction(it.entity, own, it.measure.value, it.category.value, day_of(it.begins), it.ends, it.counts_until, why is None, told)


def _told(dossier: Dossier) -> Iterator[OwnDirective]:
    for _, one in dossier.told:
        yield OwnDirective(one.seq, one.at, one.tier.word, one.contested, one.until, one.correction is not None)
