"""The check of a whole log, fact by fact in the order of ids; pure, and without one line of the code that it checks."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from events.facts.directive import DirectiveIssued
from events.facts.fact import DossierFact, Fact, Statement
from events.facts.listing import ListingCarried, ListingFact, ListingProposed, NoticeReleased
from events.facts.scrutiny import EvidenceStored
from services.adjudication.check import endings, told
from services.adjudication.check.finding import Finding
from services.adjudication.check.procedure import PROCEDURE
from services.adjudication.check.safeguards import SAFEGUARDS
from services.adjudication.check.trail import Held, Subject, Trail
from services.adjudication.check.weighed import Contents, Weighings, Wrong

CHECKS = {**PROCEDURE, **SAFEGUARDS, **endings.AFTERWARDS}


class Entry(NamedTuple):
    """A fact at its place in the log."""

    position: int
    stream: UUID
    version: int
    fact: Fact


class Checker:
    """Takes entries in the order of their positions. What it found is told as soon as it is certain."""

    def __init__(self, erased: Iterable[str] = ()) -> None:
        """`erased`: sha256 of evidence whose content was erased since."""
        self._subjects: dict[UUID, Subject] = {}
        self._trails: dict[UUID, Trail] = {}
        self._of: dict[UUID, set[UUID]] = {}
        self._weighings = Weighings()
        self._contents = Contents(erased)

    def take(self, entry: Entry) -> Iterator[Finding]:
        position, stream, version, fact = entry
        if isinstance(fact, Statement):
            self._weighings.state(fact)
        if isinstance(fact, EvidenceStored):
            self._contents.keep(fact)
        if not isinstance(fact, DossierFact):
            return
        subject = self._subjects.setdefault(fact.subject_id, Subject())
        if subject.at is not None and fact.at != subject.at:
            yield from self._at_rest(fact.subject_id, subject)
        if version != subject.version + 1 or stream != fact.subject_id:
            yield Finding("version-hole", position, fact.subject_id, f"{subject.version} → {version}")
        subject.at, subject.position, subject.version = fact.at, position, version
        for code, about in self._check(subject, fact):
            yield Finding(code, position, fact.subject_id, about)

    def close(self, now: datetime) -> Iterator[Finding]:
        """The log is at its end: what should have followed by now, and did not."""
        for subject_id, subject in self._subjects.items():
            yield from self._at_rest(subject_id, subject)
            for trail in self._open(subject_id):
                for code, about in endings.overdue(trail, now):
                    yield Finding(code, subject.position, subject_id, about)

    def _check(self, subject: Subject, fact: DossierFact) -> Iterator[Wrong]:
        yield from self._weighings.check(subject, fact)
        match fact:
            case DirectiveIssued():
                yield from told.issued(subject, self._in_force(fact.subject_id, fact.at), fact)
            case ListingCarried(listing=listing):
                yield from endings.arrived(listing, self._trails.get(listing.listing_id))
                self._settle(listing.listing_id, fact.subject_id)
            case ListingFact() | NoticeReleased(listing_id=UUID()):
                yield from self._step(subject, fact)

    def _step(self, subject: Subject, fact: ListingFact | NoticeReleased) -> Iterator[Wrong]:
        assert fact.listing_id is not None
        trail = self._trails.get(fact.listing_id)
        if trail is None and isinstance(fact, ListingProposed):
            trail = self._begin(fact)
        if trail is None or trail.subject != fact.subject_id or trail.closed or trail.moving:
            yield "step-out-of-order", f"{fact.tag()} {fact.listing_id}"
        elif check := CHECKS.get(type(fact)):
            trail.pleaded = trail.pleaded.union(getattr(fact, "evidence", ()))
            yield from self._contents.unread(trail, subject, fact)
            yield from check(trail, subject, fact)

    def _begin(self, fact: ListingProposed) -> Trail:
        trail = Trail(
            listing_id=fact.listing_id, subject=fact.subject_id, tier=fact.tier, rule=fact.rule, rulebook=fact.rulebook, basis=set()
        )  # fmt: skip
        self._trails[fact.listing_id] = trail
        self._of.setdefault(fact.subject_id, set()).add(fact.listing_id)
        return trail

    def _settle(self, listing_id: UUID, subject_id: UUID) -> None:
        trail = self._trails.get(listing_id)
        if trail is not None:
            self._of[trail.subject].discard(listing_id)
            self._of.setdefault(subject_id, set()).add(listing_id)
            trail.subject, trail.moving = subject_id, False

    def _open(self, subject_id: UUID) -> list[Trail]:
        trails = (self._trails[listing_id] for listing_id in self._of.get(subject_id, ()))
        return [trail for trail in trails if not (trail.closed or trail.moving)]

    def _in_force(self, subject_id: UUID, at: datetime) -> list[Held]:
        return [held for trail in self._open(subject_id) if (held := trail.holds(at)) is not None]

    def _at_rest(self, subject_id: UUID, subject: Subject) -> Iterator[Finding]:
        assert subject.at is not None
        found: list[Wrong] = [
            *told.at_rest(subject, self._in_force(subject_id, subject.at)),
            *self._weighings.echoes(subject),
            *(wrong for trail in self._open(subject_id) for wrong in endings.at_rest(trail)),
        ]
        for code, about in found:
            yield Finding(code, subject.position, subject_id, about)


def check(entries: Iterable[Entry], now: datetime, erased: Iterable[str] = ()) -> Iterator[Finding]:
    """Everything that is wrong with a whole log, each once."""
    checker, seen = Checker(erased), set[tuple[str, UUID, str]]()
    for found in _all(checker, entries, now):
        key = found.code, found.subject, found.about
        if key not in seen:
            seen.add(key)
            yield found


def _all(checker: Checker, entries: Iterable[Entry], now: datetime) -> Iterator[Finding]:
    for entry in entries:
        yield from checker.take(entry)
    yield from checker.close(now)
