"""Checks of what happens to a listing after its decision: contest, repair, ending, and moving with an account."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from events.facts import listing as facts
from events.facts.fact import Fact
from events.facts.listing import Listing
from services.adjudication.check.procedure import HUB, Check
from services.adjudication.check.trail import Subject, Trail, day
from services.adjudication.check.weighed import Wrong


def contested(trail: Trail, _: Subject, fact: facts.ListingContested) -> Iterator[Wrong]:
    """Of what restricts: by its decision, or in the interim."""
    if not trail.restricts:
        yield "step-out-of-order", fact.tag()
    trail.contested = fact.contested
    if fact.contested:
        trail.ask("review", fact.answer_by)
    else:
        trail.answer("review")


def rejected(trail: Trail, subject: Subject, fact: facts.ListingRejected) -> Iterator[Wrong]:
    """Turning down harms nobody: only that it was still a proposal is checked."""
    if trail.state == "decided" or trail.closed:
        yield "step-out-of-order", fact.tag()
    if fact.by not in HUB:
        subject.turn_down(trail, fact.at)
    trail.state = "rejected"


def repair_applied(trail: Trail, _: Subject, fact: facts.RepairApplied) -> Iterator[Wrong]:
    if trail.state != "decided" or trail.repair_by is not None:
        yield "step-out-of-order", fact.tag()
    trail.repair_by = fact.by
    trail.ask("repair", fact.answer_by)


def repair_decided(trail: Trail, _: Subject, fact: facts.RepairDecided) -> Iterator[Wrong]:
    if trail.repair_by is None:
        yield "step-out-of-order", fact.tag()
    if fact.by == trail.repair_by:
        yield "same-person-twice", f"{fact.tag()} {fact.by}"
    trail.repair_by, trail.repair_granted = None, fact.granted
    trail.answer("repair")


def ending_approved(trail: Trail, _: Subject, fact: facts.EndingApproved) -> Iterator[Wrong]:
    if trail.state != "decided":
        yield "step-out-of-order", fact.tag()
    trail.ending = fact.by, fact.why


def ended(trail: Trail, subject: Subject, fact: facts.ListingEnded) -> Iterator[Wrong]:
    """By the clock or the hub when its term or basis is over; by persons as the wrong that they name takes."""
    if trail.state != "decided":
        yield "step-out-of-order", fact.tag()
    persons = set(fact.by) - HUB
    if len(set(fact.by)) < len(fact.by):
        yield "same-person-twice", f"{fact.tag()} {', '.join(fact.by)}"
    upheld = fact.why == "revoked" and (trail.answered_upheld or trail.appeal_granted)
    if persons and fact.why in ("revoked", "wrongful") and not upheld and (len(persons) < 2 or trail.ending is None):
        yield "too-few-persons", str(trail.listing_id)
    if fact.why == "wrongful" and not persons:
        yield "too-few-persons", str(trail.listing_id)
    if fact.why == "repaired" and not trail.repair_granted and trail.granted != "repair":
        yield "step-out-of-order", fact.tag()
    if persons and fact.why in ("revoked", "wrongful"):
        subject.turn_down(trail, fact.at)
    trail.state = "ended"


def moved(trail: Trail, *_: object) -> Iterator[Wrong]:
    trail.moving = True
    yield from ()


AFTERWARDS: Mapping[type[Fact], Check] = {
    facts.ListingContested: contested,
    facts.ListingRejected: rejected,
    facts.RepairApplied: repair_applied,
    facts.RepairDecided: repair_decided,
    facts.EndingApproved: ending_approved,
    facts.ListingEnded: ended,
    facts.ListingMoved: moved,
}


def at_rest(trail: Trail) -> Iterator[Wrong]:
    """An open objection to a listing in force, or an appeal, is shown to everybody."""
    if trail.restricts and (trail.objections or trail.appeal_by) and not trail.contested:
        yield "contest-missing", str(trail.listing_id)
    if trail.granted is not None and not trail.closed:
        yield "answer-missing", str(trail.listing_id)


def overdue(trail: Trail, now: datetime) -> Iterator[Wrong]:
    """A day is given to the clock, and an hour for what lapses. The repair of whoever repeats the offence waits for a person."""
    if trail.state == "decided" and trail.until is not None and (day(now) - trail.until).days > 1:
        yield "term-over-not-ended", str(trail.listing_id)
    if trail.interim is not None and trail.state != "decided" and now > trail.interim.ends + timedelta(hours=1):
        yield "interim-not-lapsed", str(trail.listing_id)
    if trail.restricts and any(now > by + timedelta(days=1) for plea, by in trail.answers.items() if plea != "repair"):
        yield "answer-missing", str(trail.listing_id)


def arrived(listing: Listing, known: Trail | None) -> Iterator[Wrong]:
    """A listing that came with an account is the one that left the other dossier."""
    if known is None or not known.moving or not known.same_as(listing):
        yield "carried-otherwise", str(listing.listing_id)
