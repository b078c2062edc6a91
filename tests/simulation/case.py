"""One merchant's two years before the real rules: sanctions come, people act, the clock looks when something falls due."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import NamedTuple
from uuid import UUID

from events.facts.directive import DirectiveIssued
from events.facts.fact import Fact, Tier
from events.facts.listing import ListingFact
from services.adjudication.domain.breaker import Record, Traffic, stood
from services.adjudication.domain.decide.elapse import next_due
from services.adjudication.domain.grounds import bearers
from tests.domain.machine.log import LoggedScene
from tests.domain.spec import NOON, days, imposed, lifted
from tests.simulation.merchants import CATEGORY, GRAVE, GUILTY, YEARS, Kind, Sanction, life
from tests.simulation.mix import Mix
from tests.simulation.people import People, Truth

END = NOON + days(365 * YEARS)


class Outcome(NamedTuple):
    """What became of one merchant. `days_to_list`: from the second platform's grave sanction to the first directive that restricts."""

    kind: Kind
    sanctioned: bool
    proposed: bool
    restricted: bool
    blacklisted: bool
    days_to_list: float | None
    days_restricted: float
    findings: int
    """Of the log checker, on the whole log of the case."""


class Case:
    """A queue of moments; the dossier's own due moments are between them."""

    def __init__(self, kind: Kind, mix: Mix, seed: str) -> None:
        random = Random(seed)
        self._kind, self._scene = kind, LoggedScene()
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = count()
        self._people = People(self._scene, Truth(kind in GUILTY), mix, random, self._later)
        self._grave: dict[str, datetime] = {}
        self._due = False
        for number, sanction in enumerate(life(kind, mix, random, NOON)):
            self._later(sanction.after, lambda n=number, s=sanction: self._impose(n, s))

    def next(self) -> datetime | None:
        """When something happens here again; None when the two years are over."""
        due = next_due(self._scene.dossier, self._scene.moment)
        self._due = due is not None and (not self._queue or due <= self._queue[0][0])
        queued = self._queue[0][0] if self._queue else END
        now = max(self._scene.now, min(queued, due or END))
        return now if now < END else None

    def step(self, now: datetime, records: Mapping[str, Record]) -> Iterator[tuple[ListingFact, frozenset[str]]]:
        """What `next` announced, with what people have made of the accusers by now. Gives what was judged, and on whose word it rested."""
        self._scene.now, self._scene.rules["traffic"] = now, Traffic(records=records)
        before = len(self._scene.history)
        if self._due:
            self._people.react(self._scene.wait(timedelta()))
        else:
            heapq.heappop(self._queue)[2]()
        for fact in self._scene.history[before:]:
            if isinstance(fact, ListingFact) and stood(fact) is not None:
                yield fact, self._bearers(fact.listing_id)

    def _bearers(self, listing_id: UUID) -> frozenset[str]:
        dossier = self._scene.dossier
        closed = dossier.closed.get(listing_id)
        return bearers(closed.listing if closed else dossier.listings[listing_id], self._scene.moment.book)

    def _later(self, after: timedelta, act: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (self._scene.now + after, next(self._number), act))

    def _impose(self, number: int, sanction: Sanction) -> None:
        now, name = self._scene.now, f"s{number}"
        said = imposed(
            sanction.platform, sanction.measure, sanction=name, at=now, begins=now, ends=now + days(180), category=CATEGORY
        )  # fmt: skip
        if sanction.measure in GRAVE:
            self._grave.setdefault(sanction.platform, now)
        self._people.react(self._scene.hear(said))
        if sanction.reversed_after is not None:
            self._later(sanction.reversed_after, lambda: self._people.react(self._reverse(sanction.platform, name)))

    def _reverse(self, platform: str, name: str) -> list[Fact]:
        return self._scene.hear(lifted(platform, sanction=name, at=self._scene.now))

    def outcome(self) -> Outcome:
        told = [fact for fact in self._scene.history if isinstance(fact, DirectiveIssued)]
        first = next((fact.at for fact in told if fact.tier >= Tier.RESTRICTED), None)
        platforms = sorted(self._grave.values())
        waited = (first - platforms[1]).total_seconds() / 86_400 if first is not None and len(platforms) > 1 else None
        return Outcome(
            kind=self._kind, sanctioned=bool(self._scene.dossier.weighed),
            proposed=any(fact.tag() == "listing.proposed.v1" for fact in self._scene.history), restricted=first is not None,
            blacklisted=any(fact.tier is Tier.BLACKLISTED for fact in told), days_to_list=waited,
            days_restricted=_restricted_days(told, END), findings=len(self._scene.findings()),
        )  # fmt: skip


def _restricted_days(told: list[DirectiveIssued], end: datetime) -> float:
    total, since = timedelta(), None
    for fact in told:
        if since is not None:
            total += fact.at - since
        since = fact.at if fact.tier >= Tier.RESTRICTED else None
    return (total + (end - since if since is not None else timedelta())).total_seconds() / 86_400
