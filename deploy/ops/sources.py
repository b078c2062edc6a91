"""Where curves and alerts come from: a Prometheus, or, where there is none, this process's own scrapes of the last hour."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

import httpx

from deploy.ops.alerts.states import Alerts, Watch, of_prometheus
from deploy.ops.alerts.table import Rule
from deploy.ops.expressions import Expressions
from deploy.ops.promql.ring import Labels, Ring
from deploy.ops.promql.vectors import Vector
from deploy.ops.scrape import Scraper

STEP, SPAN = 15, 3600
SCRAPE = 5.0
_AT_ONCE = 8

Line = list[float | None]


class Away(Exception):
    """Prometheus does not answer, or not as it should."""


class Curves(NamedTuple):
    """For each expression its lines, all over the same moments."""

    times: list[int]
    lines: Mapping[str, Mapping[Labels, Line]]


class Source(ABC):
    """`name` is shown on the page."""

    name: str

    @abstractmethod
    async def curves(self) -> Curves:
        """Those of the last hour; Away when they cannot be had now."""

    @abstractmethod
    async def alerts(self) -> Alerts:
        """As they stand; Away when that cannot be known now."""

    @abstractmethod
    async def keep(self) -> None:
        """Whatever has to be done all the time, until it is cancelled."""

    @abstractmethod
    def ready(self) -> str:
        """As /readyz says it."""


class OwnScrapes(Source):
    """Asks every process by itself, and works each point out when its time has come."""

    name = ""

    def __init__(
        self,
        rules: Sequence[Rule],
        expressions: Expressions,
        targets: Mapping[str, httpx.URL],
        client: httpx.AsyncClient,
        clock: Callable[[], float],
    ) -> None:
        self._expressions, self._clock, self._ring = expressions, clock, Ring()
        self._watch = Watch(rules, {rule.name: "too-long" for rule in rules if rule.name not in expressions.watched})
        self._scraper = Scraper(targets, expressions.names, self._ring, client)
        self._points: deque[tuple[int, dict[str, Vector]]] = deque(maxlen=SPAN // STEP + 1)

    async def keep(self) -> None:
        while True:
            await self.turn()
            await asyncio.sleep(SCRAPE - self._clock() % SCRAPE)

    async def turn(self) -> None:
        """One scrape of everybody, and a point when one is due."""
        await self._scraper.turn(self._clock())
        now = self._clock()
        due = int(now // STEP) * STEP
        if not self._points or self._points[-1][0] < due:
            found = await asyncio.to_thread(self._expressions.at, self._ring, now)
            self._points.append((due, found.asked))
            self._watch.saw(now, found.watched)

    def ready(self) -> str:
        return "ready" if self._points else "starting"

    async def curves(self) -> Curves:
        points = list(self._points)
        times = [at for at, _ in points]
        return Curves(times, {text: _joined([values[text] for _, values in points]) for text in self._expressions.asked})

    async def alerts(self) -> Alerts:
        if not self._points:
            raise Away("nobody was asked yet")
        return self._watch.told()


class FromPrometheus(Source):
    """Asks its HTTP API, once for all who look."""

    def __init__(
        self, address: str, rules: Sequence[Rule], expressions: Iterable[str], client: httpx.AsyncClient, clock: Callable[[], float]
    ) -> None:
        self.name = address.rstrip("/")
        self._rules, self._expressions, self._client, self._clock = rules, tuple(expressions), client, clock
        self._asking, self._asking_rules, self._turns = asyncio.Lock(), asyncio.Lock(), asyncio.Semaphore(_AT_ONCE)
        self._known: Curves | None = None
        self._told: tuple[float, Alerts] | None = None

    async def keep(self) -> None:
        await asyncio.Event().wait()

    def ready(self) -> str:
        return "ready"

    async def curves(self) -> Curves:
        until = int(self._clock() // STEP) * STEP
        async with self._asking:
            if self._known is None or self._known.times[-1] != until:
                times = list(range(until - SPAN, until + STEP, STEP))
                found = await asyncio.gather(*(self._ask(text, times) for text in self._expressions))
                self._known = _begun(Curves(times, dict(zip(self._expressions, found, strict=True))))
            return self._known

    async def alerts(self) -> Alerts:
        """As old as a scrape at most."""
        async with self._asking_rules:
            if self._told is None or self._clock() - self._told[0] >= SCRAPE:
                said = await self._get("rules", {"type": "alert"})
                try:
                    self._told = (self._clock(), of_prometheus(self._rules, said))
                except (ValueError, KeyError, TypeError) as error:
                    raise Away(f"{self.name}: {error!r}") from error
            return self._told[1]

    async def _ask(self, text: str, times: list[int]) -> Mapping[Labels, Line]:
        query: dict[str, str | int] = {"query": text, "start": times[0], "end": times[-1], "step": STEP}
        async with self._turns:
            said = await self._get("query_range", query)
        try:
            return dict(_line(found, times) for found in said["data"]["result"])
        except (ValueError, KeyError, TypeError) as error:
            raise Away(f"{self.name}: {error!r}") from error

    async def _get(self, what: str, query: Mapping[str, str | int]) -> Any:
        try:
            answer = await self._client.get(f"{self.name}/api/v1/{what}", params=dict(query))
            return answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise Away(f"{self.name}: {error!r}") from error


def _line(found: Mapping[str, Any], times: list[int]) -> tuple[Labels, Line]:
    labels = tuple(sorted((name, value) for name, value in found["metric"].items() if name != "__name__"))
    values = {int(at): float(value) for at, value in found["values"]}
    return labels, [_shown(values.get(at)) for at in times]


def _joined(vectors: list[Vector]) -> Mapping[Labels, Line]:
    """One line for each set of labels that came up in any of them."""
    every = dict.fromkeys(labels for vector in vectors for labels in vector)
    return {labels: [_shown(vector.get(labels)) for vector in vectors] for labels in every}


def _begun(curves: Curves) -> Curves:
    """Without the time before anything was known."""
    told = [n for lines in curves.lines.values() for line in lines.values() for n, value in enumerate(line) if value is not None]
    first = min(told, default=len(curves.times) - 1)
    lines = {text: {labels: line[first:] for labels, line in found.items()} for text, found in curves.lines.items()}
    return Curves(curves.times[first:], lines)


def _shown(value: float | None) -> float | None:
    """As far as an eye can tell; nothing where there is no number."""
    return None if value is None or not isfinite(value) else float(f"{value:.6g}")
