"""Checks of the procedure: every step where it may come, with what it needs, and by enough different persons."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from events.facts import listing as facts
from events.facts.fact import Fact, Tier
from services.adjudication.check.trail import Subject, Trail
from services.adjudication.check.weighed import Wrong

HUB = frozenset({"hub", "clock"})
LONGEST_TERM = timedelta(days=3 * 366)
Check = Callable[[Trail, Subject, Any], Iterator[Wrong]]


def proposed(trail: Trail, subject: Subject, fact: facts.ListingProposed) -> Iterator[Wrong]:
    """Also again, while nobody has released it."""
    if trail.state != "proposed":
        yield "step-out-of-order", fact.tag()
    trail.tier, trail.rule, trail.rulebook, trail.basis = fact.tier, fact.rule, fact.rulebook, {rest.weighing for rest in fact.basis}
    yield from rests(trail, subject, every=True)
    if subject.turned_these_down(trail):
        yield "same-accusers-again", str(trail.listing_id)
    if not fact.rule or not fact.rulebook:
        yield "listing-without-version", str(trail.listing_id)


def released(trail: Trail, subject: Subject, fact: facts.NoticeReleased) -> Iterator[Wrong]:
    """Again when nobody could deliver it."""
    if trail.state not in ("proposed", "released"):
        yield "step-out-of-order", fact.tag()
    if {rest.weighing for rest in fact.basis} != trail.basis or not fact.respond_days:
        yield "listing-without-notice", str(trail.listing_id)
    if (fact.rule, fact.rulebook) != (trail.rule, trail.rulebook):
        yield "listing-without-version", str(trail.listing_id)
    yield from rests(trail, subject, every=trail.state == "proposed")
    trail.state, trail.notice, trail.released_by = "released", fact.notice, fact.by


def served(trail: Trail, _: Subject, fact: facts.NoticeServed) -> Iterator[Wrong]:
    if trail.state != "released" or fact.notice != trail.notice:
        yield "step-out-of-order", fact.tag()
    else:
        trail.state, trail.respond_by = "served", fact.respond_by


def undelivered(trail: Trail, _: Subject, fact: facts.NoticeUndelivered | facts.DeliveryFailed) -> Iterator[Wrong]:
    if trail.state != "released":
        yield "step-out-of-order", fact.tag()


def objected(trail: Trail, _: Subject, fact: facts.ObjectionLodged) -> Iterator[Wrong]:
    trail.objected = True
    trail.objections = [*trail.objections, fact.by]
    trail.ask("objection", fact.answer_by)
    yield from ()


def answered(trail: Trail, _: Subject, fact: facts.ObjectionResolved) -> Iterator[Wrong]:
    if not trail.objections:
        yield "step-out-of-order", fact.tag()
    if fact.by in {*trail.objections, *trail.decided_by, trail.released_by}:
        yield "same-person-twice", f"{fact.tag()} {fact.by}"
    trail.objections, trail.answered_upheld = [], fact.upheld
    trail.answer("objection")


def approved(trail: Trail, _: Subject, fact: facts.ListingApproved) -> Iterator[Wrong]:
    if trail.state != "served":
        yield "step-out-of-order", fact.tag()
    if fact.by in {*trail.approvals, trail.released_by}:
        yield "same-person-twice", f"{fact.tag()} {fact.by}"
    trail.approvals = [*trail.approvals, fact.by]


def decided(trail: Trail, subject: Subject, fact: facts.ListingDecided) -> Iterator[Wrong]:
    """The step that everything is about: basis, notice, hearing, persons, term and version."""
    about = str(trail.listing_id)
    if trail.state != "served":
        yield ("listing-without-notice" if trail.state in ("proposed", "released") else "step-out-of-order"), about
    if trail.respond_by is not None and fact.at < trail.respond_by:
        yield "hearing-cut-short", about
    if trail.held:
        yield "decided-while-held", about
    yield from _persons(trail, fact)
    if fact.tier != trail.tier or not fact.measures or not fact.since < fact.until <= fact.since + LONGEST_TERM:
        yield "listing-without-term", about
    if fact.rulebook != trail.rulebook or not fact.rulebook:
        yield "listing-without-version", about
    yield from rests(trail, subject, every=False)
    trail.state, trail.tier, trail.decision, trail.decided_by = "decided", fact.tier, fact.decision, fact.by
    trail.measures = {asked.measure: asked.until for asked in fact.measures}
    trail.since, trail.until, trail.interim = fact.since, fact.until, None


def _persons(trail: Trail, fact: facts.ListingDecided) -> Iterator[Wrong]:
    about = str(trail.listing_id)
    persons = set(fact.by) - HUB
    if fact.deemed and (trail.objected or persons):
        yield "silence-despite-objection", about
    least = 2 if fact.tier >= Tier.BLACKLISTED else 0 if fact.deemed else 1
    if len(persons) < least:
        yield "too-few-persons", about
    if len(persons) != len(fact.by) - len(HUB.intersection(fact.by)) or trail.released_by in persons:
        yield "same-person-twice", f"{fact.tag()} {', '.join(fact.by)}"
    if trail.objections:
        yield "step-out-of-order", fact.tag()


def rests(trail: Trail, subject: Subject, *, every: bool) -> Iterator[Wrong]:
    """Each weighing is of this dossier and stands; at the decision, after an amendment or a lift, at least one does.

    Of one legal entity only an authority's document is enough, whatever a rulebook says.
    """
    known = [subject.weighed[rest] for rest in trail.basis if rest in subject.weighed]
    standing = [rest for rest in trail.basis if subject.stands(rest)]
    if not standing or len(known) < len(trail.basis) or (every and len(standing) < len(known)):
        yield "listing-without-basis", str(trail.listing_id)
    elif len({scales.weighing.entity for scales in known}) < 2 and not any(scales.documented for scales in known):
        yield "one-platform-alone", str(trail.listing_id)


PROCEDURE: Mapping[type[Fact], Check] = {
    facts.ListingProposed: proposed,
    facts.NoticeReleased: released,
    facts.NoticeServed: served,
    facts.NoticeUndelivered: undelivered,
    facts.DeliveryFailed: undelivered,
    facts.ObjectionLodged: objected,
    facts.ObjectionResolved: answered,
    facts.ListingApproved: approved,
    facts.ListingDecided: decided,
}
"""Up to the decision; how it goes on is in `endings`."""
