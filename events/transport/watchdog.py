"""Beside each follower, in a thread and on a connection of its own: how late it is, told also while it stands still, and an end to that."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import psycopg

from events.transport.positions import TP, Lag
from events.transport.postgres import connect
from events.transport.telemetry import LAG_IDS, LAG_SECONDS, log
from events.transport.topics import LANE_OF_TOPIC

STANDSTILL = 60.0
"""Seconds without progress while facts wait, after which the worker ends itself."""
BLINK = 10.0
"""Seconds without a look, the process frozen or the database away, after which nobody can say who stood still."""

PLACES = """
SELECT p.consumer, p.topic, p.partition, p.last_id, r.last_id FROM position p JOIN relay_published r USING (topic, partition)
WHERE p.consumer = ANY(%s) AND (topic, partition) IN (SELECT * FROM unnest(%s::text[], %s::int[]))
"""


class Reader(NamedTuple):
    """A consumer by its name, and the lanes that it reads."""

    name: str
    lanes: frozenset[str]


Spot = tuple[str, TP]


class Watchdog:
    """Used by one thread."""

    def __init__(self, conninfo: str, readers: Callable[[], Sequence[Reader]]) -> None:
        self._conninfo, self._readers = conninfo, readers
        self._conn: psycopg.Connection | None = None
        self._lags: defaultdict[Spot, Lag] = defaultdict(Lag)
        self._moved: dict[Spot, tuple[int, float]] = {}
        self._looked = 0.0

    def look(self, partitions: frozenset[TP]) -> None:
        """Called each second with the partitions assigned. RuntimeError when a reader of one of them stands still."""
        now = time.monotonic()
        try:
            found = self._places(partitions)
        except psycopg.OperationalError as away:
            log.warning("watchdog does not see", why=str(away).strip())
            return
        if now - self._looked > BLINK:
            self._moved.clear()
        self._looked = now
        self._forget(set(found))
        for (name, tp), (position, published) in found.items():
            self._tell(name, tp, position, published, now)

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()

    def _places(self, partitions: frozenset[TP]) -> dict[Spot, tuple[int, int]]:
        readers = {reader.name: reader.lanes for reader in self._readers()}
        if self._conn is None or self._conn.closed or self._conn.broken:
            self._conn = connect(self._conninfo, name="watchdog", statement_seconds=2)
        rows = self._conn.execute(PLACES, (list(readers), [tp.topic for tp in partitions], [tp.partition for tp in partitions]))
        return {
            (name, TP(topic, partition)): (position, published)
            for name, topic, partition, position, published in rows
            if LANE_OF_TOPIC[topic] in readers[name]
        }

    def _tell(self, name: str, tp: TP, position: int, published: int, now: float) -> None:
        behind = published - position
        before, since = self._moved.get((name, tp), (-1, now))
        since = now if before != position or behind <= 0 else since
        self._moved[name, tp] = (position, since)
        labels = (name, tp.topic, str(tp.partition))
        LAG_IDS.labels(*labels).set(max(behind, 0))
        LAG_SECONDS.labels(*labels).set(self._lags[name, tp].seconds(position, published, now))
        if now - since > STANDSTILL:
            raise RuntimeError(f"{name} stands still at {position} of {published} in {tp.topic}/{tp.partition}")

    def _forget(self, ours: set[Spot]) -> None:
        """What another worker reads now, and generations that are gone, are told by nobody or by him."""
        for name, tp in set(self._lags) - ours:
            del self._lags[name, tp]
            self._moved.pop((name, tp), None)
            for gauge in (LAG_IDS, LAG_SECONDS):
                gauge.remove(name, tp.topic, str(tp.partition))
