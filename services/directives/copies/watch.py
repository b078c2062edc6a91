"""Looks every few seconds: which platforms' copies are in doubt, told to operators by name, and who need not be named any more."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg

from events.facts.fact import Measure
from events.transport import postgres
from events.transport.telemetry import COPY_DIFFERS_SECONDS, COPY_SILENT_SECONDS, MEASURES_UNMAPPED, log
from services.directives.copies.doubt import Known, doubt
from services.directives.copies.settle import Settling
from services.directives.log.tail import Tail

SECONDS = 5.0
_PLATFORMS = (
    "SELECT m.code, m.enrolled_at, d.recorded_at, d.differs_since, coalesce(m.profile -> 'measures', '{}')::text"
    " FROM member m LEFT JOIN platform_digest d USING (code) WHERE m.class = 'platform'"
    " AND EXISTS (SELECT FROM credential c WHERE c.code = m.code AND c.revoked_at IS NULL)"
)
_measures = msgspec.json.Decoder(dict[Measure, str]).decode


class Watch:
    """On a thread and a connection of its own; a database that is away is asked again the next time."""

    def __init__(self, conninfo: str, tail: Tail, period: timedelta, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._conninfo, self._tail, self._period, self._clock = conninfo, tail, period, clock
        self._settling = Settling()
        self._stopping = threading.Event()
        self._named: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="copies", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def look(self, conn: psycopg.Connection) -> None:
        """A platform whose last key was revoked is named no more."""
        memory, now, named = self._tail.memory, self._clock(), set[str]()
        asked = memory.asked if memory is not None else frozenset[Measure]()
        for known in _platforms(conn):
            found = doubt(known, asked, now, self._period)
            COPY_DIFFERS_SECONDS.labels(known.platform).set(found.differs)
            COPY_SILENT_SECONDS.labels(known.platform).set(found.silent)
            MEASURES_UNMAPPED.labels(known.platform).set(found.unmapped)
            named.add(known.platform)
        for gone in self._named - named:
            for gauge in (COPY_DIFFERS_SECONDS, COPY_SILENT_SECONDS, MEASURES_UNMAPPED):
                gauge.remove(gone)
        self._named = named
        if memory is not None:
            self._settling.look(conn, memory.directives, memory.epoch, now)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    with postgres.connect(self._conninfo, name="copies") as conn:
                        while not self._stopping.wait(SECONDS):
                            self.look(conn)
                except psycopg.OperationalError as away:
                    log.warning("database away", why=str(away).partition("\n")[0])
                    self._stopping.wait(SECONDS)
        except Exception:
            # Nobody would be named any more: whoever watches the process starts it again.
            log.critical("the watch of copies broke", exc_info=True)
            os._exit(70)


def _platforms(conn: psycopg.Connection) -> Iterator[Known]:
    for code, enrolled_at, told_at, differs_since, measures in conn.execute(_PLATFORMS):
        yield Known(code, enrolled_at, told_at, differs_since, _measures(measures))
