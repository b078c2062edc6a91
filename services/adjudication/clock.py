"""The clock: it looks at every dossier whose moment has come, and notices when the wall clock is not to be trusted."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg
from msgspec.structs import replace

from events.facts.listing import ListingDecided
from events.transport.postgres import connect
from events.transport.store import VersionConflict, check, erasures_due, lock_log
from events.transport.telemetry import ANSWERS_DUE, BREAKER_HELD, NOTICES_UNDELIVERED, VAULT_ERASURES_DUE, log
from services.adjudication.application import records
from services.adjudication.application.docket import Docket
from services.adjudication.application.hearing import Hearing
from services.adjudication.application.rules import Rules
from services.adjudication.domain.decide.elapse import elapse
from services.adjudication.domain.decide.guards.evidence import named

TICK_SECONDS = 0.2
PAGE = 100
"""Dossiers looked at in one transaction."""
SWEEP_SECONDS = 5.0
DRIFT: Final = timedelta(minutes=2)
"""By how much wall and monotonic clock may come apart before the wall clock is in doubt."""
CLOCK_LOCK = 0x4C69616F
"""Only one process of a hub looks at a time. Nobody else takes this lock, so that it can wait for no other."""
EARLY_DAYS = 30
DUE_SOON: Final = timedelta(days=1)
"""What persons have to answer within this time is counted, so that they are told in time."""


class Trust:
    """Compares the wall clock with a monotonic one since the start. A doubt stays until people have looked and start it anew.

    In doubt nothing that restricts is decided by time; what frees goes on.
    """

    def __init__(self, wall: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._started = wall(), monotonic()
        self.in_doubt = False

    def look(self) -> bool:
        """Whether the wall clock may be trusted."""
        passed = timedelta(seconds=self._monotonic() - self._started[1])
        drift = self._wall() - self._started[0] - passed
        if abs(drift) > DRIFT and not self.in_doubt:
            log.critical("the wall clock jumped: nothing is listed by time until a restart", seconds=drift.total_seconds())
            self.in_doubt = True
        return not self.in_doubt

    def now(self) -> datetime:
        """The later of what the wall says and of what has passed since the start: a wall clock set back delays no lift."""
        return max(self._wall(), self._started[0] + timedelta(seconds=self._monotonic() - self._started[1]) - DRIFT)


class Clock:
    """Ticks on a thread of its own. What cannot pass ends the process."""

    def __init__(self, conninfo: str, rules: Rules, trust: Trust) -> None:
        self._conninfo, self._rules, self._trust = conninfo, rules, trust
        self._hearing = Hearing(rules)
        self._conn: psycopg.Connection | None = None
        self._swept = float("-inf")

    def start(self) -> None:
        threading.Thread(target=self._run, name="clock", daemon=True).start()

    def _run(self) -> None:
        try:
            while True:
                if not self.tick():
                    time.sleep(TICK_SECONDS)
        finally:
            os._exit(70)  # without a clock nobody is freed: the supervisor starts both anew

    def tick(self) -> int:
        """Look once; how many dossiers were due. A database that is away, or somebody who decided meanwhile, is met again."""
        try:
            conn = self._connection()
            for attempt in range(2):
                try:
                    with conn.transaction():
                        return self._look(conn, attempt)
                except VersionConflict as conflict:
                    log.info("decides again", why=str(conflict))
        except psycopg.OperationalError as away:
            log.warning("database away", why=str(away).strip())
        return 0

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()

    def _look(self, conn: psycopg.Connection, attempt: int) -> int:
        row = conn.execute("SELECT pg_try_advisory_xact_lock(%s)", (CLOCK_LOCK,)).fetchone()
        if row is None or not row[0]:
            return 0
        if attempt:
            records.lock_breaker(conn)
            lock_log(conn)
        moment = replace(self._rules.moment(trusted=self._trust.look()), now=self._trust.now())
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self._sweep(conn, moment.now)
        subjects = records.due(conn, moment.now, PAGE)
        docket = Docket(conn, moment)
        docket.load(subjects)
        if subjects:
            traffic = records.traffic(conn, moment.book.breaker, moment.now)
            moment = replace(moment, traffic=traffic, kept=self._kept(conn, docket, subjects))
        for subject in subjects:
            facts = elapse(docket.dossier(subject), moment)
            docket.add(facts)
            for decided in facts:
                if isinstance(decided, ListingDecided):
                    moment = docket.count(moment, decided)
        docket.save(elapsed=subjects)
        return len(docket.facts)

    @staticmethod
    def _kept(conn: psycopg.Connection, docket: Docket, subjects: Sequence[UUID]) -> frozenset[str]:
        """Of the evidence of those that silence may decide now."""
        heard = (docket.dossier(subject) for subject in subjects)
        hashes = {it for dossier in heard if any(li.state == "served" for li in dossier.listings.values()) for it in named(dossier)}
        return records.kept(conn, hashes) if hashes else frozenset()

    def _sweep(self, conn: psycopg.Connection, now: datetime) -> None:
        """What is looked after now and then."""
        self._hearing.hear_early(conn)
        records.purge_early(conn, now - timedelta(days=EARLY_DAYS))
        records.forget_decisions(conn, now)
        records.forget_verdicts(conn, now)
        BREAKER_HELD.set(records.held(conn))
        NOTICES_UNDELIVERED.set(records.undelivered(conn))
        ANSWERS_DUE.set(records.answers_due(conn, now + DUE_SOON))
        VAULT_ERASURES_DUE.set(erasures_due(conn))
        self._swept = time.monotonic()

    def _connection(self) -> psycopg.Connection:
        if self._conn is None or self._conn.closed or self._conn.broken:
            self._conn = connect(self._conninfo, name="clock", statement_seconds=10)
            check(self._conn)
        return self._conn
