"""The hub's own silence: what nobody answered in time is granted by the clock, so that nobody stays punished by it."""

from events.facts.listing import ListingEnded, ListingRejected
from events.facts.safeguard import AnswerOverdue
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards import allows
from services.adjudication.domain.decide.guards.answers import overdue
from services.adjudication.domain.draft import CLOCK, Draft


def grant_what_is_overdue(draft: Draft, case: Case) -> bool:
    """End the listing as it was asked for; whether it did. A clock in doubt frees as well."""
    if not allows("grant-by-silence", case):
        return False
    due, listing_id = next(overdue(case)), case.listing.listing_id
    draft.say(AnswerOverdue, listing_id=listing_id, plea=due.plea, due=due.by)
    if case.listing.state == "decided":
        why = "repaired" if due.plea == "repair" else "revoked"
        draft.say(ListingEnded, listing_id=listing_id, why=why, by=(CLOCK,))
    else:
        draft.say(ListingRejected, listing_id=listing_id, why="objection_upheld", by=CLOCK)
    return True
