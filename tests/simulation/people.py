"""The people of the hub, and the merchant: what they do after each fact of a case, and how long they take."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from events.facts.fact import Fact
from events.facts.listing import ListingDecided, ListingProposed, NoticeReleased, NoticeServed, ObjectionLodged, ObjectionResolved, Terms
from events.facts.safeguard import ListingHeld
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide.listing import answer_objections, decide, lodge_objection, reject, release
from services.adjudication.domain.draft import Person
from services.adjudication.domain.redress.appeal import decide_appeal, lodge_appeal
from services.adjudication.domain.redress.hold import release_hold
from tests.domain.machine.log import LoggedScene
from tests.domain.spec import APPROVER, OTHER_APPROVER, PANEL, REVIEWER, days, delivered
from tests.simulation.figures import RATES
from tests.simulation.mix import Mix

MERCHANT = Person("clerk-1", "clerk")
"""A clerk takes down what the merchant says."""

Later = Callable[[timedelta, Callable[[], None]], None]
"""Something is done after a while."""


class Truth(NamedTuple):
    """What only the simulation knows."""

    guilty: bool


class People:
    """Each acts on the state that there is when his time has come, and lets be what a guard refuses by then."""

    def __init__(self, scene: LoggedScene, truth: Truth, mix: Mix, random: Random, later: Later) -> None:
        self._scene, self._truth, self._mix, self._random, self._later = scene, truth, mix, random, later
        self._looking: set[UUID] = set()

    def react(self, facts: list[Fact]) -> None:
        """See to what has just been decided."""
        for fact in facts:
            self._see_to(fact)

    def _see_to(self, fact: Fact) -> None:
        match fact:
            case ListingProposed(listing_id=it) if it not in self._looking:
                self._looking.add(it)
                self._soon(1, 3, lambda it=it: self._review(it))
            case NoticeReleased(listing_id=UUID(), notice=notice):
                self._soon(0.1, 1, lambda notice=notice: self._hand_out(notice))
            case NoticeServed(listing_id=it, respond_by=respond_by):
                if self._honest() and self._happens(RATES.objects if self._truth.guilty else RATES.innocent_objects):
                    self._soon(0.5, 4, lambda it=it: self._act(lodge_objection, it, MERCHANT))
                self._later(respond_by - self._scene.now + days(0.5), lambda it=it: self._decide(it))
            case ObjectionLodged(listing_id=it) if self._mix.answers:
                self._soon(1, 4, lambda it=it: self._answer(it))
            case ListingHeld(listing_id=it) if self._mix.answers:
                self._soon(0.5, 2, lambda it=it: self._let_pass(it))
            case ObjectionResolved(listing_id=it, upheld=False):
                self._soon(1, 3, lambda it=it: self._decide(it))
            case ListingDecided(listing_id=it) if not self._truth.guilty and self._happens(RATES.innocent_objects):
                self._soon(1, 3, lambda it=it: self._act(lodge_appeal, it, MERCHANT))
                if self._mix.answers:
                    self._soon(5, 12, lambda it=it: self._act(decide_appeal, it, PANEL, granted=self._sees_through()))

    def _sees_through(self) -> bool:
        """Whether somebody who opens the evidence recognises that it does not bear; of the guilty, by mistake."""
        return self._happens(RATES.guilty_upheld if self._truth.guilty else self._mix.spots)

    def _review(self, it: UUID) -> None:
        recognised = not self._truth.guilty and self._sees_through()
        self._act(reject if recognised else release, it, REVIEWER)

    def _hand_out(self, notice: str) -> None:
        """A hostile platform says that it has, and has not: of the hearing the merchant then knows from honest ones only, if at all."""
        hostile = sorted(p for p in self._scene.dossier.platforms() if self._mix.is_hostile(p))
        for platform in (hostile or self._honest())[:1]:
            self.react(self._scene.hear(delivered(platform, notice, at=self._scene.now)))

    def _honest(self) -> list[str]:
        return sorted(p for p in self._scene.dossier.platforms() if not self._mix.is_hostile(p))

    def _answer(self, it: UUID) -> None:
        self._act(answer_objections, it, PANEL, upheld=self._sees_through())

    def _let_pass(self, it: UUID) -> None:
        """What silence may not decide alone: a member of the panel opens the evidence before it does."""
        self._act(reject if self._sees_through() else release_hold, it, PANEL)

    def _decide(self, it: UUID) -> None:
        """Approvers open the evidence too; what silence has decided by then is decided, and what is held is looked at by another."""
        listing = self._scene.dossier.listings.get(it)
        if listing is None or listing.state != "served" or listing.hold is not None:
            return
        if not self._truth.guilty and self._sees_through():
            self._act(reject, it, APPROVER)
        for person in (APPROVER, OTHER_APPROVER):
            self._act(decide, it, person, terms=Terms())

    def _act(self, command: Callable[..., object], it: UUID, by: Person, **more: object) -> None:
        try:
            self.react(self._scene.do(command, by, listing_id=it, **more))  # type: ignore[arg-type]
        except Refused:
            return

    def _soon(self, least: float, most: float, act: Callable[[], None]) -> None:
        self._later(days(self._random.uniform(least, most)), act)

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance
