"""Putting a listing in force: from today, for its term; unless it is kept for a person to look at."""

from collections.abc import Sequence

from events.facts.listing import Actor, Listing, ListingDecided, MeasureUntil, Terms
from events.facts.safeguard import ListingHeld
from events.facts.waiting import HoldReason
from services.adjudication.domain.decide.guards.evidence import unread
from services.adjudication.domain.draft import CLOCK, Draft
from services.adjudication.domain.grounds import bearers
from services.adjudication.domain.law.calendar import add_months, day_of


def hold(draft: Draft, listing: Listing, by: Actor) -> bool:
    """Whether it is kept for a person to look at. What a person has let pass is not held again."""
    why = _why(draft, listing, by)
    if why is None or listing.hold_released_by is not None:
        return False
    draft.say(ListingHeld, listing_id=listing.listing_id, why=why, by=by)
    return True


def _why(draft: Draft, listing: Listing, by: Actor) -> HoldReason | None:
    """Above the breaker's rates nobody decides. Silence, moreover, decides nothing that no person has read all of, nor on the word
    of those whom people did not believe before: who sits silent may never have been told."""
    moment = draft.moment
    limit, entities = moment.book.breaker, bearers(listing, moment.book_of(listing.rulebook))
    why = moment.traffic.holds(limit.raised(moment.breaker_factor), listing.rule, entities)
    if why is not None or by != CLOCK:
        return why
    if unread(draft.dossier, listing, moment.kept):
        return "unread"
    # A demonstration plays the same accusers again and again, and turns some of them down each time.
    return "record" if moment.traffic.doubts(limit, entities) and not moment.demo else None


def put_in_force(
    draft: Draft, listing: Listing, *, deemed: bool, by: Sequence[Actor], terms: Terms | None = None, reason: str | None = None
) -> None:
    """The decision: from today until the same day so many months later, which is the last one."""
    term = draft.moment.book_of(listing.rulebook).term(listing.tier)
    terms = terms or Terms()
    since = day_of(draft.moment.now)
    until = add_months(since, terms.months or term.months)
    draft.say(
        ListingDecided, listing_id=listing.listing_id, tier=listing.tier, decision=f"decision-{listing.listing_id}", deemed=deemed,
        by=tuple(by), measures=tuple(MeasureUntil(measure, until) for measure in terms.measures or term.measures), since=since,
        until=until, rulebook=listing.rulebook, reason=reason,
    )  # fmt: skip
