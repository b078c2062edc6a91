"""Where the curves of the last hour come from: a Prometheus, or, where there is none, this process's own scrapes."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, NamedTuple

import httpx

from deploy.ops.expressions import Expressions
from deploy.ops.promql.ring import Labels, Ring
from deploy.ops.promql.vectors import Vector
from deploy.ops.scrape import Scraper

STEP, SPAN = 15, 3600
SCRAPE = 5.0
_AT_ONCE = 8

Line = list[float | None]


class Away(Exception):
    """Prometheus does not answer, or not with curves."""


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
    async def keep(self) -> None:
        """Whatever has to be done all the time, until it is cancelled."""

    @abstractmethod
    def ready(self) -> str:
        """As /readyz says it."""


class OwnScrapes(Source):
    """Asks every process by itself, and works each point out when its time has come."""

    name = ""

    def __init__(
        self, expressions: Expressions, targets: Mapping[str, httpx.URL], client: httpx.AsyncClient, clock: Callable[[], float]
    ) -> None:
        self._expressions, self._clock, self._ring = expressions, clock, Ring()
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
            self._points.append((due, await asyncio.to_thread(self._expressions.at, self._ring, now)))

    def ready(self) -> str:
        return "ready" if self._points else "starting"

    async def curves(self) -> Curves:
        points = list(self._points)
        times = [at for at, _ in points]
        return Curves(times, {text: _joined([values[text] for _, values in points]) for text in self._expressions.asked})


class FromPrometheus(Source):
    """Asks its HTTP API, once for all who look."""

    def __init__(self, address: str, expressions: Iterable[str], client: httpx.AsyncClient, clock: Callable[[], float]) -> None:
        self.name = address.rstrip("/")
        self._expressions, self._client, self._clock = tuple(expressions), client, clock
        self._asking, self._turns = asyncio.Lock(), asyncio.Semaphore(_AT_ONCE)
        self._known: Curves | None = None

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

    async def _ask(self, text: str, times: list[int]) -> Mapping[Labels, Line]:
        query: dict[str, str | int] = {"query": text, "start": times[0], "end": times[-1], "step": STEP}
        try:
            async with self._turns:
                answer = await self._client.get(f"{self.name}/api/v1/query_range", params=query)
            answer.raise_for_status()
            return dict(_line(found, times) for found in answer.json()["data"]["result"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise Away(str(error)) from error


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
