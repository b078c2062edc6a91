"""A second look: some of the evidence fell, and what is left still justifies the listing; contested until somebody has looked again."""

from uuid import UUID

from events.facts.safeguard import ListingReviewed
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.guards import admit
from services.adjudication.domain.decide.listing import listing_of
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Facts, Moment, Person
from services.adjudication.domain.grounds import fallen_evidence


def review(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment) -> Facts:
    """Say that what is left is enough, as another person than those who decided. That it is not, is said by ending the listing."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("review", Case(dossier, listing, moment, by))
    fallen = tuple(sorted(fallen_evidence(dossier, listing)))
    draft.say(ListingReviewed, listing_id=listing_id, evidence=fallen, by=by.code, reason=reason)
    return conclude(draft)
