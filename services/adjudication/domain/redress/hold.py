"""What the breaker holds is looked at by a person, who lets the decision be made, or rejects the listing."""

from uuid import UUID

from events.facts.safeguard import HoldReleased
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.guards import admit
from services.adjudication.domain.decide.listing import listing_of
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Facts, Moment, Person


def release_hold(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment) -> Facts:
    """Let it be decided, as it would have been: it is not held a second time."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("release-hold", Case(dossier, listing, moment, by))
    draft.say(HoldReleased, listing_id=listing_id, by=by.code, reason=reason)
    return conclude(draft)
