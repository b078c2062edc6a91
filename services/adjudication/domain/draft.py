"""What a decision is made with: who said it, who acts, the moment and its rules, and the draft of the facts that follow."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from events.facts.fact import DossierFact
from events.facts.listing import Actor, Listing
from events.facts.member import MemberClass
from events.facts.waiting import Plea
from services.adjudication.domain.breaker import Traffic
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.evolve import evolve
from services.adjudication.domain.law.calendar import Deadline, working_days_after
from services.adjudication.domain.law.rulebook import Rulebook

HUB: Actor = "hub"
CLOCK: Actor = "clock"


class Member(NamedTuple):
    """Who made a statement, from the credential, and for which legal entity."""

    code: str
    member_class: MemberClass
    entity: str


class Person(NamedTuple):
    """Who commands, from the credential."""

    code: Actor
    role: Literal["platform", "authority", "reviewer", "approver", "panel", "regulator", "clerk", "auditor", "merchant"]
    """`merchant`: whoever holds a notice, by its token; the code then names the platform that handed it out."""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When a decision is made and by which rules. `scale` divides procedural waits only, in a demonstration.

    `trusted` is false while the wall clock is in doubt: nothing that harms is then decided by time, everything that frees is.
    """

    now: datetime
    book: Rulebook
    books: Mapping[str, Rulebook]
    cause: UUID | None = None
    trace: str | None = None
    scale: float = 1.0
    breaker_factor: int = 1
    """Raises the breaker's bounds, in a demonstration only."""
    demo: bool = False
    kept: frozenset[str] = frozenset()
    """Of the evidence that the dossier names, the hashes of what is kept and can be opened."""
    trusted: bool = True
    traffic: Traffic = Traffic()

    def book_of(self, version: str) -> Rulebook:
        """The rulebook that a listing was proposed under; today's when that version is not kept any more."""
        return self.books.get(version, self.book)

    def wait(self, since: datetime, working_days: int) -> Deadline:
        return working_days_after(since, working_days, self.scale)

    def wait_until(self, since: datetime, until: datetime) -> datetime:
        """A procedural wait whose end is given in months."""
        return since + (until - since) / self.scale

    def answer_by(self, plea: Plea, listing: Listing) -> datetime:
        """By when persons have to answer: never scaled. A hearing that still goes on is not cut short by an early objection."""
        since = max(self.now, listing.respond_by or self.now)
        return working_days_after(since, getattr(self.book_of(listing.rulebook).answers, plea)).moment

    def orphaned_at(self, since: datetime) -> datetime:
        """When what waits for its sanction has waited enough: never scaled."""
        return since + timedelta(days=self.book.waiting_days)


class Draft:
    """Facts in the making: each is folded at once, so that the next one is decided on what it changed."""

    def __init__(self, dossier: Dossier, moment: Moment) -> None:
        self.dossier, self.moment = dossier, moment
        self.facts: list[DossierFact] = []

    def say(self, kind: type[DossierFact], /, **fields: Any) -> None:
        """Add a fact of this kind, of this subject, at this moment."""
        moment = self.moment
        self.take(kind(subject_id=self.dossier.subject_id, at=moment.now, cause=moment.cause, trace=moment.trace, **fields))

    def take(self, fact: DossierFact) -> None:
        self.facts.append(fact)
        self.dossier = evolve(self.dossier, fact)


Facts = Sequence[DossierFact]
