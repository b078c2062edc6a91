"""How listings begin, go on and end by their facts: one function a fact, total and silent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec.structs import replace

from events.facts import listing as facts
from events.facts.fact import Fact, Tier
from events.facts.listing import Listing
from services.adjudication.domain import safeguards
from services.adjudication.domain.dossier import Closed, Dossier

Changes = dict[str, Any]
"""The fields of a dossier that a fact changes."""
BY_ITSELF = frozenset(("hub", "clock"))
"""Who is nobody."""


def _released(listing: Listing, fact: facts.NoticeReleased) -> Listing:
    return replace(
        listing, state="released", notice=fact.notice, released_by=fact.by, released_at=fact.at, undelivered=False, failed=()
    )  # fmt: skip


def _served(listing: Listing, fact: facts.NoticeServed) -> Listing:
    return replace(listing, state="served", served_at=fact.at, respond_by=fact.respond_by, undelivered=False)


def _delivery_failed(listing: Listing, fact: facts.DeliveryFailed) -> Listing:
    return replace(listing, failed=(*listing.failed, fact.platform))


def _undelivered(listing: Listing, _: facts.NoticeUndelivered) -> Listing:
    return replace(listing, undelivered=True)


def _objected(listing: Listing, fact: facts.ObjectionLodged) -> Listing:
    return safeguards.asked(replace(listing, objected=True, objected_by=(*listing.objected_by, fact.by)), "objection", fact)


def _answered(listing: Listing, _: facts.ObjectionResolved) -> Listing:
    return safeguards.answered(replace(listing, objected_by=()), "objection")


def _approved(listing: Listing, fact: facts.ListingApproved) -> Listing:
    return replace(listing, approvals=(*listing.approvals, fact.by), approved=fact.terms)


def _decided(listing: Listing, fact: facts.ListingDecided) -> Listing:
    return replace(
        listing, state="decided", tier=fact.tier, decision=fact.decision, decided_by=fact.by, measures=fact.measures,
        since=fact.since, until=fact.until, interim=None,
    )  # fmt: skip


def _contested(listing: Listing, fact: facts.ListingContested) -> Listing:
    if not fact.contested or fact.why == "resolved":
        return safeguards.answered(replace(listing, contested=False, doubts=(), basis_gone_at=None), "review")
    gone = fact.at if fact.why == "basis_gone" else listing.basis_gone_at
    doubts = listing.doubts if fact.why in listing.doubts else (*listing.doubts, fact.why)
    return safeguards.asked(replace(listing, contested=True, doubts=doubts, basis_gone_at=gone), "review", fact)


def _repair_applied(listing: Listing, fact: facts.RepairApplied) -> Listing:
    return safeguards.asked(replace(listing, repair_by=fact.by), "repair", fact)


def _repair_decided(listing: Listing, _: facts.RepairDecided) -> Listing:
    return safeguards.answered(replace(listing, repair_by=None), "repair")


def _ending_approved(listing: Listing, fact: facts.EndingApproved) -> Listing:
    return replace(listing, ending=(fact.by, fact.why))


STEPS: Mapping[type[Fact], Callable[[Listing, Any], Listing]] = {
    facts.NoticeReleased: _released,
    facts.NoticeServed: _served,
    facts.DeliveryFailed: _delivery_failed,
    facts.NoticeUndelivered: _undelivered,
    facts.ObjectionLodged: _objected,
    facts.ObjectionResolved: _answered,
    facts.ListingApproved: _approved,
    facts.ListingDecided: _decided,
    facts.ListingContested: _contested,
    facts.RepairApplied: _repair_applied,
    facts.RepairDecided: _repair_decided,
    facts.EndingApproved: _ending_approved,
    **safeguards.STEPS,
}


def without(entries: Mapping[Any, Any], key: object) -> dict[Any, Any]:
    return {k: v for k, v in entries.items() if k != key}


def proposed(state: Dossier, fact: facts.ListingProposed, _: int) -> Changes:
    """A second time for the same listing: nobody had released it yet, and its basis changed."""
    before = state.listings.get(fact.listing_id)
    listing = Listing(
        listing_id=fact.listing_id, tier=fact.tier, rule=fact.rule, rulebook=fact.rulebook, group=fact.group, state="proposed",
        basis=fact.basis, proposed_at=before.proposed_at if before else fact.at,
    )  # fmt: skip
    return {"listings": {**state.listings, fact.listing_id: listing}}


def listing_carried(state: Dossier, fact: facts.ListingCarried, _: int) -> Changes:
    return {"listings": {**state.listings, fact.listing.listing_id: fact.listing}}


def rejected(state: Dossier, fact: facts.ListingRejected, _: int) -> Changes:
    """What a person turned down is spent; what fell by itself may be proposed again when it is justified again."""
    closing = _close(state, fact, "rejected", fact.why)
    return closing | _spend(state, fact, (fact.by,)) if fact.why in ("not_justified", "objection_upheld") else closing


def ended(state: Dossier, fact: facts.ListingEnded, _: int) -> Changes:
    judges = fact.by if fact.why in ("revoked", "wrongful") else ()
    return _close(state, fact, "ended", fact.why) | _spend(state, fact, judges)


def moved(state: Dossier, fact: facts.ListingMoved, _: int) -> Changes:
    return _close(state, fact, "moved", str(fact.to))


def _close(state: Dossier, fact: facts.ListingFact, how: Literal["ended", "rejected", "moved"], why: str) -> Changes:
    closed = state.listings.get(fact.listing_id)
    if closed is None:
        return {}
    return {
        "listings": without(state.listings, fact.listing_id),
        "closed": {**state.closed, fact.listing_id: Closed(closed, how, why, fact.at)},
    }


def _spend(state: Dossier, fact: facts.ListingFact, judges: Sequence[facts.Actor]) -> Changes:
    """Use up what the listing rested on; `judges` found it not to be justified: persons, or the hub, which judges nothing."""
    closed, spent, turned_down = state.listings.get(fact.listing_id), dict(state.spent), dict(state.turned_down)
    keys = [state.weighed[rest.weighing].key for rest in closed.basis if rest.weighing in state.weighed] if closed is not None else []
    for key in keys:
        assert closed is not None
        spent[key] = max(closed.tier, spent.get(key, Tier.NONE))
        if set(judges) - BY_ITSELF:
            turned_down[key] = fact.at
    return {"spent": spent, "turned_down": turned_down}
