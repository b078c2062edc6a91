"""What time alone decides, and when it will next have something to decide."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from events.facts.dossier import StatementOrphaned
from events.facts.fact import Tier
from events.facts.listing import Listing, NoticeUndelivered
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.force import hold, put_in_force
from services.adjudication.domain.decide.guards import allows
from services.adjudication.domain.decide.guards.answers import answers_due
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import CLOCK, Draft, Facts, Moment
from services.adjudication.domain.grounds import justified, keys_of
from services.adjudication.domain.law.calendar import end_of
from services.adjudication.domain.redress.silence import grant_what_is_overdue


def elapse(dossier: Dossier, moment: Moment) -> Facts:
    """Orphan what waited too long, grant what nobody answered, hand undelivered notices to a person, deem decided what nobody
    objected to, end what is over."""
    draft = Draft(dossier, moment)
    for note in list(dossier.notes.values()):
        if note.waiting and moment.now >= moment.orphaned_at(note.at):
            draft.say(StatementOrphaned, statement=note.statement, why="never_came")
    for listing in list(dossier.listings.values()):
        case = Case(dossier, listing, moment)
        if grant_what_is_overdue(draft, case):
            continue
        if listing.state == "released" and not listing.undelivered and moment.now >= delivery_deadline(listing, moment):
            draft.say(NoticeUndelivered, listing_id=listing.listing_id, notice=listing.notice, why="no_answer")
        elif allows("deem", case) and not hold(draft, listing, CLOCK):
            put_in_force(draft, listing, deemed=True, by=(CLOCK,))
    return conclude(draft)


AGAIN: Final = timedelta(minutes=10)
"""In doubt the clock decides nothing by silence; what it looks at in vain may not stand before what is to be lifted."""


def delivery_deadline(listing: Listing, moment: Moment) -> datetime:
    assert listing.released_at is not None
    return moment.wait(listing.released_at, moment.book_of(listing.rulebook).delivery_days).moment


def next_due(dossier: Dossier, moment: Moment) -> datetime | None:
    """The next moment at which elapse may have something to say; it may lie in the past."""
    moments = [moment.orphaned_at(note.at) for note in dossier.notes.values() if note.waiting]
    moments += [end_of(watch.until) for watch in dossier.watches.values()]
    for listing in dossier.listings.values():
        moments += _due(dossier, listing, moment)
    return min(moments, default=None)


def _due(dossier: Dossier, listing: Listing, moment: Moment) -> list[datetime]:
    book = moment.book_of(listing.rulebook)
    answers = answers_due(Case(dossier, listing, moment))
    if listing.state == "decided":
        gone = listing.basis_gone_at if listing.tier is Tier.BLACKLISTED and not justified(dossier, listing, book, moment.now) else None
        reviewed = [moment.wait(gone, book.review_days).moment] if gone else []
        return [*answers, end_of(listing.until), *reviewed] if listing.until else [*answers, *reviewed]
    keys = keys_of(dossier, listing.basis)
    active = [entry.weighing.active_until for entry in dossier.weighed.values() if entry.key in keys and entry.discounted is None]
    due = [*answers, *(until for until in active if until > moment.now)]
    if listing.interim is not None:
        due.append(listing.interim.ends)
    if listing.state == "released" and not listing.undelivered:
        due.append(delivery_deadline(listing, moment))
    heard = replace(moment, now=listing.respond_by, trusted=True) if listing.respond_by else None
    if heard and allows("deem", Case(dossier, listing, heard)):
        due.append(heard.now if moment.trusted else max(heard.now, moment.now + AGAIN))
    return due
