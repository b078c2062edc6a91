"""The appeal against a decision: contested at once, and decided by another person than the decision."""

from uuid import UUID

from events.facts.listing import ListingEnded
from events.facts.safeguard import AppealDecided, AppealLodged
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.guards import admit
from services.adjudication.domain.decide.listing import listing_of
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Facts, Moment, Person


def lodge_appeal(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment, *, evidence: tuple[str, ...] = ()) -> Facts:
    """Appeal for the subject, once against a decision. It stays in force, and is shown as contested, until the appeal is decided."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("appeal", Case(dossier, listing, moment, by))
    answer_by = moment.answer_by("appeal", listing)
    draft.say(AppealLodged, listing_id=listing_id, by=by.code, reason=reason, evidence=evidence, answer_by=answer_by)
    return conclude(draft)


def decide_appeal(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment, *, granted: bool) -> Facts:
    """Granted, the listing is revoked, by this one person: doubt never needs two."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("decide-appeal", Case(dossier, listing, moment, by))
    draft.say(AppealDecided, listing_id=listing_id, granted=granted, by=by.code, reason=reason)
    if granted:
        draft.say(ListingEnded, listing_id=listing_id, why="revoked", by=(by.code,), reason=reason)
    return conclude(draft)
