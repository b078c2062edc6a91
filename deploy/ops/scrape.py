"""Asks every process for its metrics and keeps those that the panels need."""

import asyncio
from collections.abc import Iterator, Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.ops.promql.ring import Key, Ring

JOB = "liancheng"
PATIENCE = 3.0
"""Seconds until a process counts as not answering."""


def samples(exposition: str, names: frozenset[str], more: Mapping[str, str]) -> Iterator[tuple[Key, float]]:
    """The series of these names; each carries what Prometheus adds to it when it scrapes."""
    lines = [line for line in exposition.splitlines() if line.partition("{")[0].partition(" ")[0] in names]
    for family in text_string_to_metric_families("\n".join(lines) + "\n"):
        for sample in family.samples:
            yield Key(sample.name, tuple(sorted({**sample.labels, **more}.items()))), sample.value


class Scraper:
    """`targets` are the addresses of /metrics by the name of the process."""

    def __init__(self, targets: Mapping[str, httpx.URL], names: frozenset[str], ring: Ring, client: httpx.AsyncClient) -> None:
        self._targets, self._names, self._ring, self._client = targets, names, ring, client

    async def turn(self, now: float) -> None:
        """All at once. One that does not answer is down, and its series end."""
        await asyncio.gather(*(self._ask(process, address, now) for process, address in self._targets.items()))

    async def _ask(self, process: str, address: httpx.URL, now: float) -> None:
        more = {"job": JOB, "process": process, "instance": f"{address.host}:{address.port}"}
        up, found = Key("up", tuple(sorted(more.items()))), dict[Key, float]()
        try:
            answer = await self._client.get(address, timeout=PATIENCE)
            if answer.status_code == httpx.codes.OK:
                found = dict(samples(answer.text, self._names, more))
        except (httpx.TransportError, ValueError):
            pass  # gone, or not metrics: being down is what `up` says
        self._ring.append(process, now, found | {up: float(bool(found))})
