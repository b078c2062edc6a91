"""Checks of appeals, interim measures and the breaker: what may come before, and after, the decision."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from events.facts import safeguard as facts
from events.facts.fact import Fact
from services.adjudication.check.procedure import HUB, Check, rests
from services.adjudication.check.trail import Subject, Trail
from services.adjudication.check.weighed import Wrong

LONGEST_INTERIM = timedelta(hours=72)


def imposed(trail: Trail, subject: Subject, fact: facts.InterimImposed) -> Iterator[Wrong]:
    """Once, before the decision, by a person, on a basis that stands."""
    if trail.state not in ("proposed", "released", "served") or trail.interim_before:
        yield "step-out-of-order", fact.tag()
    if fact.ends - fact.at > LONGEST_INTERIM or fact.by in HUB or not fact.measures:
        yield "interim-too-long", str(trail.listing_id)
    yield from rests(trail, subject, every=False)
    trail.interim, trail.interim_before = fact, True


def interim_ended(trail: Trail, _: Subject, fact: facts.InterimEnded) -> Iterator[Wrong]:
    if trail.interim is None:
        yield "step-out-of-order", fact.tag()
    trail.interim = None


def appeal_lodged(trail: Trail, _: Subject, fact: facts.AppealLodged) -> Iterator[Wrong]:
    if trail.state != "decided" or trail.appeal_by is not None:
        yield "step-out-of-order", fact.tag()
    trail.appeal_by = fact.by
    trail.ask("appeal", fact.answer_by)


def appeal_decided(trail: Trail, _: Subject, fact: facts.AppealDecided) -> Iterator[Wrong]:
    """By another person than whoever decided, released the notice or appealed."""
    if trail.appeal_by is None:
        yield "step-out-of-order", fact.tag()
    if fact.by in {*trail.decided_by, trail.released_by, trail.appeal_by}:
        yield "same-person-twice", f"{fact.tag()} {fact.by}"
    trail.appeal_by, trail.appeal_granted = None, fact.granted
    trail.answer("appeal")


def reviewed(trail: Trail, _: Subject, fact: facts.ListingReviewed) -> Iterator[Wrong]:
    """By another person than whoever decided or released the notice."""
    if trail.state != "decided":
        yield "step-out-of-order", fact.tag()
    if fact.by in {*trail.decided_by, trail.released_by}:
        yield "same-person-twice", f"{fact.tag()} {fact.by}"
    trail.answer("review")


def overdue(trail: Trail, _: Subject, fact: facts.AnswerOverdue) -> Iterator[Wrong]:
    """What was asked for, and not before the day."""
    due = trail.answers.get(fact.plea)
    if due is None or due != fact.due or fact.at < due:
        yield "step-out-of-order", fact.tag()
    trail.granted = fact.plea


def held(trail: Trail, _: Subject, fact: facts.ListingHeld) -> Iterator[Wrong]:
    if trail.state == "decided":
        yield "step-out-of-order", fact.tag()
    trail.held = True


def hold_released(trail: Trail, _: Subject, fact: facts.HoldReleased) -> Iterator[Wrong]:
    if not trail.held or fact.by in HUB:
        yield "step-out-of-order", fact.tag()
    trail.held, trail.hold_released_by = False, fact.by


SAFEGUARDS: Mapping[type[Fact], Check] = {
    facts.InterimImposed: imposed,
    facts.InterimEnded: interim_ended,
    facts.AppealLodged: appeal_lodged,
    facts.AppealDecided: appeal_decided,
    facts.ListingReviewed: reviewed,
    facts.AnswerOverdue: overdue,
    facts.ListingHeld: held,
    facts.HoldReleased: hold_released,
}
