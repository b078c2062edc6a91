"""How appeals, interim measures, holds and second looks change a listing, and judgements a dossier: total and silent."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from events.facts import safeguard as facts
from events.facts import scrutiny
from events.facts.fact import Fact
from events.facts.listing import Interim, Listing
from events.facts.waiting import AnswerDue, Hold, Plea
from services.adjudication.domain.dossier import Dossier


def asked(listing: Listing, plea: Plea, fact: Any) -> Listing:
    """With what was handed in, and with the day by which somebody has to answer: the first one holds."""
    pleaded = (*listing.pleaded, *(it for it in getattr(fact, "evidence", ()) if it not in listing.pleaded))
    waits = fact.answer_by is None or any(due.plea == plea for due in listing.answers)
    answers = listing.answers if waits else tuple(sorted((*listing.answers, AnswerDue(plea, fact.answer_by))))
    return replace(listing, pleaded=pleaded, answers=answers)


def answered(listing: Listing, plea: Plea) -> Listing:
    return replace(listing, answers=tuple(due for due in listing.answers if due.plea != plea))


def _appealed(listing: Listing, fact: facts.AppealLodged) -> Listing:
    return asked(replace(listing, appealed=True, appeal_by=fact.by, appellants=(*listing.appellants, fact.by)), "appeal", fact)


def _appeal_decided(listing: Listing, _: facts.AppealDecided) -> Listing:
    return answered(replace(listing, appeal_by=None), "appeal")


def _interim(listing: Listing, fact: facts.InterimImposed) -> Listing:
    interim = Interim(measures=fact.measures, since=fact.since, until=fact.until, ends=fact.ends, rule=fact.rule, by=fact.by)
    return replace(listing, interim=interim, interim_before=True)


def _interim_over(listing: Listing, _: facts.InterimEnded) -> Listing:
    return replace(listing, interim=None)


def _held(listing: Listing, fact: facts.ListingHeld) -> Listing:
    return replace(listing, hold=Hold(fact.why, fact.at, fact.by))


def _hold_released(listing: Listing, fact: facts.HoldReleased) -> Listing:
    return replace(listing, hold=None, hold_released_by=fact.by)


def _reviewed(listing: Listing, fact: facts.ListingReviewed) -> Listing:
    return answered(replace(listing, reviewed=tuple(sorted({*listing.reviewed, *fact.evidence}))), "review")


def _overdue(listing: Listing, fact: facts.AnswerOverdue) -> Listing:
    """Granted: the fact that ends the listing follows."""
    nobody: Mapping[Plea, dict[str, Any]] = {"objection": {"objected_by": ()}, "appeal": {"appeal_by": None}, "repair": {"repair_by": None}}
    return answered(replace(listing, **nobody.get(fact.plea, {})), fact.plea)


STEPS: Mapping[type[Fact], Callable[[Listing, Any], Listing]] = {
    facts.AppealLodged: _appealed,
    facts.AppealDecided: _appeal_decided,
    facts.InterimImposed: _interim,
    facts.InterimEnded: _interim_over,
    facts.ListingHeld: _held,
    facts.HoldReleased: _hold_released,
    facts.ListingReviewed: _reviewed,
    facts.AnswerOverdue: _overdue,
}


def _opened(state: Dossier, fact: scrutiny.EvidenceOpened, _: int) -> dict[str, Any]:
    return {"opened": {**state.opened, fact.by: state.opened.get(fact.by, frozenset()) | {fact.sha256}}}


def _document_judged(state: Dossier, fact: scrutiny.DocumentJudged, _: int) -> dict[str, Any]:
    """Of the sanction, whatever amended it since: it is its authority's decision that was looked at."""
    judged = state.weighed.get(fact.weighing)
    if judged is None:
        return {}
    document = fact.sha256 if fact.genuine else None
    same = [entry for entry in state.weighed.values() if entry.key == judged.key]
    return {"weighed": {**state.weighed, **{e.weighing.id: replace(e, weighing=replace(e.weighing, document=document)) for e in same}}}


def _candidate_judged(state: Dossier, fact: scrutiny.CandidateJudged, _: int) -> dict[str, Any]:
    other = fact.uscc or fact.other
    if other is None or fact.judgement == "unsure":
        return {}
    pair = (fact.account, other)
    apart = {judged: why for judged, why in state.apart.items() if judged != pair}
    return {"apart": {**apart, pair: fact} if fact.judgement == "negative" else apart}


CHANGES: Mapping[type[Fact], Callable[[Dossier, Any, int], dict[str, Any]]] = {
    scrutiny.EvidenceOpened: _opened,
    scrutiny.DocumentJudged: _document_judged,
    scrutiny.CandidateJudged: _candidate_judged,
}
