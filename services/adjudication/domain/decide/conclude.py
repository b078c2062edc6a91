"""What follows by itself from every change of a dossier, in whatever order the causes came, and only once."""

from uuid import uuid5

from events.facts.dossier import SanctionDiscounted
from events.facts.fact import Tier
from events.facts.listing import (
    Doubt,
    Listing,
    ListingContested,
    ListingEnded,
    ListingProposed,
    ListingRejected,
)
from events.facts.safeguard import InterimEnded
from services.adjudication.domain.decide.directive import announce
from services.adjudication.domain.decide.watch import keep_watch
from services.adjudication.domain.draft import CLOCK, HUB, Draft, Facts
from services.adjudication.domain.grounds import (
    basis_appealed,
    basis_of,
    fallen,
    fallen_evidence,
    justified,
    reported_in_vain,
    standing,
)
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.domain.law.rulebook import Found
from services.adjudication.domain.law.spent import fresh


def conclude(draft: Draft) -> Facts:
    """Draw every conclusion; gives all facts of the draft."""
    discount_what_fell(draft)
    discount_what_nobody_reported(draft)
    for listing in list(draft.dossier.listings.values()):
        end_what_is_over(draft, listing)
    propose(draft)
    keep_watch(draft)
    for listing in list(draft.dossier.listings.values()):
        show_doubts(draft, listing)
    announce(draft)
    return draft.facts


def discount_what_fell(draft: Draft) -> None:
    """A weighing all of whose evidence was discredited weighs nothing."""
    for entry in fallen(draft.dossier):
        weighing = entry.weighing
        notes = [note for note in draft.dossier.evidence.values() if note.discredited and note.account == weighing.account]
        last = [note for note in notes if note.evidence in weighing.evidence_numbers][-1]
        draft.say(
            SanctionDiscounted, weighing=weighing.id, why="evidence_discredited", of=weighing.statement, statement=last.statement
        )  # fmt: skip


def discount_what_nobody_reported(draft: Draft) -> None:
    """A weighing none of whose reports counts any more weighs nothing, unless an authority decided it."""
    for entry in reported_in_vain(draft.dossier):
        weighing = entry.weighing
        if weighing.document is None:
            draft.say(SanctionDiscounted, weighing=weighing.id, why="reports_invalidated", of=weighing.statement)


def end_what_is_over(draft: Draft, listing: Listing) -> None:
    """A term that ran out, or a basis that fell: a proposal ends, restricted is revoked, blacklisted first reviewed by persons."""
    dossier, moment = draft.dossier, draft.moment
    book = moment.book_of(listing.rulebook)
    if listing.interim is not None and moment.now >= listing.interim.ends:
        draft.say(InterimEnded, listing_id=listing.listing_id, why="lapsed", by=CLOCK)
    if listing.until is not None and listing.until < day_of(moment.now):
        draft.say(ListingEnded, listing_id=listing.listing_id, why="expired", by=(CLOCK,))
    elif justified(dossier, listing, book, moment.now):
        return
    elif listing.state != "decided":
        draft.say(ListingRejected, listing_id=listing.listing_id, why="basis_gone", by=HUB)
    elif listing.tier < Tier.BLACKLISTED:
        draft.say(ListingEnded, listing_id=listing.listing_id, why="revoked", by=(HUB,))
    elif listing.basis_gone_at is not None and moment.now >= moment.wait(listing.basis_gone_at, book.review_days).moment:
        draft.say(ListingEnded, listing_id=listing.listing_id, why="revoked", by=(CLOCK,))


def propose(draft: Draft) -> None:
    """Propose the highest tier that is justified, unless one as high is open. What nobody released yet follows the weighings."""
    dossier, moment = draft.dossier, draft.moment
    unreleased = sorted((li for li in dossier.listings.values() if li.state == "proposed"), key=lambda li: (li.proposed_at, li.listing_id))
    open_tier = max((li.tier for li in dossier.listings.values() if li.state != "proposed"), default=Tier.NONE)
    months = moment.book.turned_down_months
    found = moment.book.highest(standing(dossier, moment.book, moment.now), lambda tier, basis: fresh(dossier, months, tier, basis))
    if found is not None and found.rule.tier <= open_tier:
        found = None
    kept = next((li for li in unreleased if found is not None and li.tier is found.rule.tier), None)
    for listing in unreleased:
        if listing is not kept:
            higher = listing.tier <= open_tier or (found is not None and found.rule.tier > listing.tier)
            why = "superseded" if higher else "basis_gone"
            draft.say(ListingRejected, listing_id=listing.listing_id, why=why, by=HUB)
    if found is not None and (kept is None or _differs(kept, found)):
        listing_id = kept.listing_id if kept else uuid5(dossier.subject_id, f"listing/{len(dossier.listings) + len(dossier.closed)}")
        draft.say(
            ListingProposed, listing_id=listing_id, tier=found.rule.tier, rule=found.rule.name, rulebook=moment.book.version,
            group=found.group, basis=basis_of(found.basis),
        )  # fmt: skip


def _differs(listing: Listing, found: Found) -> bool:
    return (listing.rule, listing.group, listing.basis) != (found.rule.name, found.group, basis_of(found.basis))


def show_doubts(draft: Draft, listing: Listing) -> None:
    """Contested while an objection or an appeal is open, the basis is gone, or some of it and nobody has looked again.

    Shown to everybody; it lifts nothing by itself.
    """
    if listing.state != "decided" and listing.interim is None:
        return
    dossier, moment = draft.dossier, draft.moment
    doubts: list[Doubt] = ["objection"] if listing.objected_by else []
    if listing.appeal_by is not None or basis_appealed(dossier, listing):
        doubts.append("appeal")
    if not justified(dossier, listing, moment.book_of(listing.rulebook), moment.now):
        doubts.append("basis_gone")
    elif fallen_evidence(dossier, listing) - set(listing.reviewed):
        doubts.append("evidence")
    for doubt in doubts:
        answer_by = moment.answer_by("review", listing) if doubt == "evidence" else None
        if doubt not in listing.doubts or (answer_by is not None and all(due.plea != "review" for due in listing.answers)):
            draft.say(ListingContested, listing_id=listing.listing_id, contested=True, why=doubt, answer_by=answer_by)
    if listing.contested and not doubts:
        draft.say(ListingContested, listing_id=listing.listing_id, contested=False, why="resolved")
