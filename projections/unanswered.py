"""How many directives wait for an answer of which platform, told to operators every few seconds by the process that hosts coverage."""

import threading
import time
from datetime import UTC, datetime

import psycopg

from events.transport.postgres import connect
from events.transport.telemetry import DIRECTIVES_UNANSWERED, log
from projections.coverage.read import owing

SECONDS = 5.0


class Watch:
    """Looks on a thread and a connection of its own; a database that is away is asked again the next time."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._conn: psycopg.Connection | None = None
        self._named: set[tuple[str, str, str]] = set()

    def start(self) -> None:
        threading.Thread(target=self._run, name="unanswered", daemon=True).start()

    def look(self) -> None:
        if self._conn is None or self._conn.closed:
            self._conn = connect(self._conninfo, name="unanswered", statement_seconds=10)
        found = owing(self._conn, datetime.now(UTC))
        # Who owes nothing any more is at 0, and not at what it was.
        for labels in self._named - found.keys():
            DIRECTIVES_UNANSWERED.labels(*labels).set(0)
        for labels, count in found.items():
            DIRECTIVES_UNANSWERED.labels(*labels).set(count)
        self._named |= found.keys()

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except psycopg.OperationalError as away:
                log.warning("database away", why=str(away).strip())
            time.sleep(SECONDS)
