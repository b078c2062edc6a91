"""The thread that keeps the copy current: woken by the views, polling anyway, in one snapshot each time."""

import os
import threading
from datetime import UTC, datetime

import psycopg

from events.transport import postgres
from events.transport.telemetry import STANDING_AGE_SECONDS, log
from events.transport.topics import LANES, internal_topic
from projections.blacklist import read as blacklist
from projections.credit import read as credit
from services.standing.freshness import Freshness, Seen
from services.standing.replica import Replica

LANE = "dossier"
POLL_SECONDS = 0.25
AWAY_SECONDS = 0.5
LOAD_SECONDS = 60
"""A first load reads everything in one statement."""
STALE_SECONDS = 5.0

# now() is when the transaction began, which is before its snapshot: the copy is never said to be newer than it is.
_ROAD = (
    "SELECT now(), (SELECT coalesce(max(notification_id), 0) FROM hub_events WHERE lane = %(lane)s),"
    " (SELECT last_id FROM relay_cursor WHERE lane = %(lane)s),"
    " (SELECT array_agg((partition, last_id)) FROM relay_published WHERE topic = %(topic)s)"
)
# A generation that was just replaced may be dropped while it is read.
AWAY = (psycopg.OperationalError, psycopg.errors.UndefinedTable, blacklist.NotBuilt, credit.NotBuilt)


class Follower:
    """Reads the two views into the replica, and knows how old it is."""

    def __init__(self, conninfo: str, replica: Replica) -> None:
        self.replica = replica
        self._conninfo = conninfo
        self._freshness = Freshness()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=work, name=work.__name__, daemon=True) for work in (self._run, self._observe)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)

    @property
    def as_of(self) -> datetime | None:
        """The last moment at which the copy held all that the log held then; None before the first."""
        return self._freshness.as_of

    def ready(self, now: datetime) -> str:
        as_of = self.as_of
        if as_of is None:
            return "starting"
        return "ready" if (now - as_of).total_seconds() <= STALE_SECONDS else "degraded"

    def look(self, conn: psycopg.Connection) -> None:
        """Take in what is new, all of one moment."""
        with blacklist.snapshot(conn):
            road = conn.execute(_ROAD, {"lane": LANES[LANE], "topic": internal_topic(LANE)}, binary=True)
            at, head, relayed, published = road.fetchone() or ()
            listed = blacklist.changes_since(conn, self.replica.vectors.blacklist)
            ledgers = credit.ledger_since(conn, self.replica.vectors.credit)
        self.replica.take(listed, ledgers)
        a, b = listed.vector.positions, ledgers.vector.positions
        had = {partition: min(a.get(partition, 0), b.get(partition, 0)) for partition in a.keys() | b.keys()}
        if listed.subjects or ledgers.entries:
            log.info("copied", subjects=len(listed.subjects), had=had)
        self._freshness.observe(Seen(at, head, relayed, dict(published or ()), had))

    def _run(self) -> None:
        try:
            self._keep_following()
        except Exception:
            # A copy that silently stands still shows restrictions that are over: whoever watches the process starts it again.
            log.critical("the follower of the views broke", exc_info=True)
            os._exit(70)

    def _keep_following(self) -> None:
        while not self._stopping.is_set():
            try:
                with postgres.connect(
                    self._conninfo, name="standing-follower", statement_seconds=LOAD_SECONDS, idle_seconds=LOAD_SECONDS
                ) as conn:
                    conn.execute("LISTEN view_blacklist")
                    conn.execute("LISTEN view_credit")
                    self._follow(conn)
            except AWAY as away:
                log.warning("views away", error=str(away).partition("\n")[0])
                self._stopping.wait(AWAY_SECONDS)

    def _follow(self, conn: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            self.look(conn)
            for _ in conn.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass

    def _observe(self) -> None:
        """Apart from the thread that reads: a database that does not answer makes the copy old, and has to be seen."""
        while not self._stopping.wait(1.0):
            if self.as_of is not None:
                STANDING_AGE_SECONDS.observe((datetime.now(UTC) - self.as_of).total_seconds())
