"""Interim measures: a person restricts before the decision where waiting would harm others; for 72 hours at most, and once."""

from datetime import timedelta
from uuid import UUID

from events.facts.fact import Tier
from events.facts.listing import MeasureUntil, NoticeReleased
from events.facts.safeguard import InterimEnded, InterimImposed
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.directive import notice_of_interim
from services.adjudication.domain.decide.guards import admit
from services.adjudication.domain.decide.guards.conditions import urgency
from services.adjudication.domain.decide.listing import listing_of
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Facts, Moment, Person
from services.adjudication.domain.law.calendar import day_of, end_of


def impose_interim(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment) -> Facts:
    """Restrict until the decision, or until it lapses. Whoever is restricted is told in a notice of its own.

    Platforms are told the last whole day within the hours, so that one which hears nothing more lifts in time; the clock lifts by
    the moment. Only the moment is shortened in a demonstration.
    """
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("impose-interim", Case(dossier, listing, moment, by))
    book = moment.book_of(listing.rulebook)
    rule = urgency(listing, book.interim, moment.now)
    hours = timedelta(hours=book.interim.hours)
    until = day_of(moment.now + hours) - timedelta(days=1)
    ends = min(moment.now + hours / moment.scale, end_of(until))
    draft.say(
        InterimImposed, listing_id=listing_id, measures=tuple(MeasureUntil(measure, until) for measure in book.interim.measures),
        since=day_of(moment.now), until=until, ends=ends, rule=rule, by=by.code, reason=reason,
    )  # fmt: skip
    draft.say(
        NoticeReleased, notice=notice_of_interim(listing_id), tier=Tier.RESTRICTED, rule=rule, rulebook=book.version, basis=listing.basis,
        accounts=tuple(sorted(dossier.accounts)), by=by.code, measures=book.interim.measures, reason=reason, interim_ends=ends,
    )  # fmt: skip
    return conclude(draft)


def lift_interim(dossier: Dossier, listing_id: UUID, by: Person, reason: str, moment: Moment) -> Facts:
    """Lift it before it lapses."""
    listing, draft = listing_of(dossier, listing_id), Draft(dossier, moment)
    admit("lift-interim", Case(dossier, listing, moment, by))
    draft.say(InterimEnded, listing_id=listing_id, why="lifted", by=by.code, reason=reason)
    return conclude(draft)
