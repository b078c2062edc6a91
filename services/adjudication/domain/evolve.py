"""The fold of a dossier: total over every fact of its stream, silent, and never raising."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from events.facts import directive, dossier, listing
from events.facts.fact import Fact, Tier
from services.adjudication.domain import safeguards, steps
from services.adjudication.domain.dossier import NOT_IN_THE_LOG, Dossier, Told, Weighed
from services.adjudication.domain.steps import Changes, without


def evolve(state: Dossier, fact: Fact, position: int = NOT_IN_THE_LOG) -> Dossier:
    """The dossier after the fact. A fact that it does not know, or that fits nothing, only counts."""
    change = CHANGES.get(type(fact))
    changes = change(state, fact, position) if change else {}
    if type(fact) in steps.STEPS:
        changes |= _step(state, fact)
    return replace(state, version=state.version + 1, **changes)


def fold(subject_id: UUID, facts: Iterable[tuple[int, Fact]]) -> Dossier:
    """The dossier from its facts with their places in the log."""
    return extend(Dossier(subject_id=subject_id), facts)


def extend(state: Dossier, facts: Iterable[tuple[int, Fact]]) -> Dossier:
    """The dossier after further facts of its stream."""
    for position, fact in facts:
        state = evolve(state, fact, position)
    return state


def _step(state: Dossier, fact: Any) -> Changes:
    before = state.listings.get(fact.listing_id)
    return {} if before is None else {"listings": {**state.listings, fact.listing_id: steps.STEPS[type(fact)](before, fact)}}


def _named(state: Dossier, fact: dossier.SubjectNamed, _: int) -> Changes:
    return {"uscc": fact.uscc or state.uscc, "name": fact.name or state.name, "kind": fact.kind or state.kind}


def _attached(state: Dossier, fact: dossier.AccountAttached, _: int) -> Changes:
    return {"accounts": {**state.accounts, fact.account: fact}, "merged_into": None}


def _detached(state: Dossier, fact: dossier.AccountDetached, _: int) -> Changes:
    """What was noted of the account goes with it; what was weighed stays, discounted, as a part of this dossier's history."""
    left = without(state.accounts, fact.account)
    return {
        "accounts": left,
        "merged_into": None if left else fact.to,
        "notes": {stream: note for stream, note in state.notes.items() if note.account != fact.account},
        "evidence": {stream: note for stream, note in state.evidence.items() if note.account != fact.account},
        "invalid_reports": frozenset(it for it in state.invalid_reports if it[0] != fact.account),
        "apart": {pair: judged for pair, judged in state.apart.items() if judged.account != fact.account},
    }


def _weighed(state: Dossier, fact: dossier.SanctionWeighed, _: int) -> Changes:
    return {"weighed": {**state.weighed, fact.weighing.id: Weighed(fact.weighing)}}


def _carried(state: Dossier, fact: dossier.WeighingCarried, _: int) -> Changes:
    entry = Weighed(fact.weighing, fact.discounted, fact.discounted_at)
    spent = {**state.spent, entry.key: max(fact.spent, state.spent.get(entry.key, Tier.NONE))}
    changes: Changes = {"weighed": {**state.weighed, fact.weighing.id: entry}, "spent": spent}
    if fact.turned_down is not None:
        last = max(fact.turned_down, state.turned_down.get(entry.key, fact.turned_down))
        changes["turned_down"] = {**state.turned_down, entry.key: last}
    return changes


def _discounted(state: Dossier, fact: dossier.SanctionDiscounted, _: int) -> Changes:
    entry = state.weighed.get(fact.weighing)
    return {} if entry is None else {"weighed": {**state.weighed, fact.weighing: Weighed(entry.weighing, fact.why, fact.at)}}


def _noted(state: Dossier, fact: dossier.Noted, _: int) -> Changes:
    return {"notes": {**state.notes, fact.statement.stream: fact}}


def _evidence_noted(state: Dossier, fact: dossier.EvidenceNoted, _: int) -> Changes:
    return {"evidence": {**state.evidence, fact.statement.stream: fact}}


def _reports_judged(state: Dossier, fact: dossier.ReportsJudged, _: int) -> Changes:
    judged = frozenset((fact.account, report) for report in fact.reports)
    return {"invalid_reports": state.invalid_reports | judged if fact.invalid else state.invalid_reports - judged}


def _orphaned(state: Dossier, fact: dossier.StatementOrphaned, _: int) -> Changes:
    stream = fact.statement.stream
    return {"notes": without(state.notes, stream), "settled": state.settled | {stream}}


def _about_a_notice(state: Dossier, fact: listing.NoticeServed | listing.DeliveryFailed | listing.DeliveryNoted, _: int) -> Changes:
    return {"settled": state.settled | {fact.statement.stream}}


def _watch_began(state: Dossier, fact: listing.WatchBegan, _: int) -> Changes:
    return {"watches": {**state.watches, fact.weighing: fact}}


def _watch_ended(state: Dossier, fact: listing.WatchEnded, _: int) -> Changes:
    return {"watches": without(state.watches, fact.weighing)}


def _directive(state: Dossier, fact: directive.DirectiveIssued, position: int) -> Changes:
    return {"told": (*state.told, Told(position, fact))}


CHANGES: Mapping[type[Fact], Callable[[Dossier, Any, int], Changes]] = {
    dossier.SubjectNamed: _named,
    dossier.AccountAttached: _attached,
    dossier.AccountDetached: _detached,
    dossier.SanctionWeighed: _weighed,
    dossier.WeighingCarried: _carried,
    dossier.SanctionDiscounted: _discounted,
    dossier.LiftNoted: _noted,
    dossier.AppealNoted: _noted,
    dossier.AmendmentNoted: _noted,
    dossier.EvidenceNoted: _evidence_noted,
    dossier.ReportsJudged: _reports_judged,
    dossier.StatementOrphaned: _orphaned,
    listing.NoticeServed: _about_a_notice,
    listing.DeliveryFailed: _about_a_notice,
    listing.DeliveryNoted: _about_a_notice,
    listing.WatchBegan: _watch_began,
    listing.WatchEnded: _watch_ended,
    listing.ListingProposed: steps.proposed,
    listing.ListingCarried: steps.listing_carried,
    listing.ListingRejected: steps.rejected,
    listing.ListingEnded: steps.ended,
    listing.ListingMoved: steps.moved,
    **safeguards.CHANGES,
    directive.DirectiveIssued: _directive,
}
