"""The steps that people take with a listing: each is admitted by its guards, or refused."""

from typing import Literal
from uuid import UUID

from events.facts.listing import (
    EndingApproved,
    Listing,
    ListingApproved,
    ListingEnded,
    ListingRejected,
    NoticeReleased,
    ObjectionLodged,
    ObjectionResolved,
    RepairApplied,
    RepairDecided,
    Terms,
)
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.force import hold, put_in_force
from services.adjudication.domain.decide.guards import admit, refusal
from services.adjudication.domain.decide.guards.conditions import LISTING_OPEN
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Facts, Moment, Person


def listing_of(dossier: Dossier, listing_id: UUID) -> Listing:
    """The open listing; Refused when it is over or was never there."""
    listing = dossier.listings.get(listing_id)
    if listing is None:
        raise refusal(LISTING_OPEN)
    return listing


def release(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment) -> Facts:
    """Hand the notice of a proposal out; again when nobody could deliver it. `reason` is the digest of the words, here and below."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("release", Case(dossier, listing, moment, by))
    book = moment.book_of(listing.rulebook)
    draft.say(
        NoticeReleased, listing_id=listing_id, notice=f"listing-{listing_id}", tier=listing.tier, rule=listing.rule,
        rulebook=listing.rulebook, basis=listing.basis, accounts=tuple(sorted(dossier.accounts)), by=by.code,
        measures=book.term(listing.tier).measures, respond_days=book.hearing_days, reason=reason,
    )  # fmt: skip
    return conclude(draft)


def lodge_objection(
    dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment, *, evidence: tuple[str, ...] = ()
) -> Facts:
    """Object on the subject's behalf: silence does not decide any more, and what is decided is contested."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("object", Case(dossier, listing, moment, by))
    answer_by = moment.answer_by("objection", listing)
    draft.say(ObjectionLodged, listing_id=listing_id, by=by.code, reason=reason, evidence=evidence, answer_by=answer_by)
    return conclude(draft)


def answer_objections(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment, *, upheld: bool) -> Facts:
    """Answer every open objection. Upheld: the proposal is turned down, or the listing revoked."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("answer", Case(dossier, listing, moment, by))
    draft.say(ObjectionResolved, listing_id=listing_id, upheld=upheld, by=by.code, reason=reason)
    if upheld and listing.state == "decided":
        draft.say(ListingEnded, listing_id=listing_id, why="revoked", by=(by.code,), reason=reason)
    elif upheld:
        draft.say(ListingRejected, listing_id=listing_id, why="objection_upheld", by=by.code, reason=reason)
    return conclude(draft)


def decide(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment, *, terms: Terms) -> Facts:
    """Decide after the hearing; where the tier takes two persons, the first only approves. Above its rates the breaker holds it."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("decide", Case(dossier, listing, moment, by, terms))
    persons = (*listing.approvals, by.code)
    if len(persons) < moment.book_of(listing.rulebook).term(listing.tier).persons:
        draft.say(ListingApproved, listing_id=listing_id, by=by.code, reason=reason, terms=terms)
    elif not hold(draft, listing, by.code):
        put_in_force(draft, listing, deemed=False, by=persons, terms=terms, reason=reason)
    return conclude(draft)


def reject(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment) -> Facts:
    """Turn a proposal down, at any time before it is decided."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("reject", Case(dossier, listing, moment, by))
    draft.say(ListingRejected, listing_id=listing_id, why="not_justified", by=by.code, reason=reason)
    return conclude(draft)


def end(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment, *, why: Literal["revoked", "wrongful"]) -> Facts:
    """End a listing that should not be, or should never have been: two persons for the same cause."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("end", Case(dossier, listing, moment, by, end=why))
    if listing.ending is None:
        draft.say(EndingApproved, listing_id=listing_id, why=why, by=by.code, reason=reason)
    else:
        draft.say(ListingEnded, listing_id=listing_id, why=why, by=(listing.ending[0], by.code), reason=reason)
    return conclude(draft)


def apply_for_repair(
    dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment, *, evidence: tuple[str, ...] = ()
) -> Facts:
    """Ask on the subject's behalf to be taken off: corrected, performed, committed."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("apply-for-repair", Case(dossier, listing, moment, by))
    answer_by = moment.answer_by("repair", listing)
    draft.say(RepairApplied, listing_id=listing_id, by=by.code, reason=reason, evidence=evidence, answer_by=answer_by)
    return conclude(draft)


def decide_repair(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment, *, granted: bool) -> Facts:
    """Granted, it ends publicity, sharing and measures in one fact."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("decide-repair", Case(dossier, listing, moment, by))
    if granted:
        admit("grant-repair", Case(dossier, listing, moment, by))
    draft.say(RepairDecided, listing_id=listing_id, granted=granted, by=by.code, reason=reason)
    if granted:
        draft.say(ListingEnded, listing_id=listing_id, why="repaired", by=(by.code,), reason=reason)
    return conclude(draft)
