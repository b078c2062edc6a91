"""Follows the lane of reports by itself, straight from the log and at its own pace: sanctions and their hearing never wait for it."""

import os
import threading
import time
from datetime import date, timedelta

import msgspec
import psycopg

from events.catalogue import CATALOGUE
from events.facts.report import ReportConcluded, ReportFiled
from events.transport import store
from events.transport.postgres import connect
from events.transport.store import Row, VersionConflict, check, lock_log
from events.transport.telemetry import log
from events.transport.topics import LANES
from services.adjudication.application.rules import Rules
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.reporters import findings, quota, records
from services.adjudication.reporters.effect import tell_dossiers
from services.adjudication.reporters.findings import Concluded
from services.adjudication.reporters.quota import Filing, Said

PAGE = 5_000
STRETCH = 200_000
"""Ids of the log searched in one transaction."""
IDLE_SECONDS = 1.0
REST = 4
"""So many times as long as a page took: at most a fifth of one core is ever its, which is some nine thousand reports a second."""
KEPT_DAYS = 2
_REPORTS = [LANES["report"]]
_filed = msgspec.json.Decoder(Said)


class ReportersFollower:
    """Ticks on a thread of its own, and rests after each page: whatever decides beside it goes first."""

    def __init__(self, conninfo: str, rules: Rules) -> None:
        self._conninfo, self._rules = conninfo, rules
        self._conn: psycopg.Connection | None = None
        self._forgotten: date | None = None
        """The day on which earlier ones were forgotten last."""

    def start(self) -> None:
        threading.Thread(target=self._run, name="reporters", daemon=True).start()

    def _run(self) -> None:
        try:
            while True:
                began = time.monotonic()
                busy = self.tick()
                time.sleep(REST * (time.monotonic() - began) if busy else IDLE_SECONDS)
        finally:
            os._exit(70)  # a finding that is never heard leaves what it should fell: the supervisor starts both anew

    def tick(self) -> int:
        """A page of the log, a stretch of a search, and what dossiers have to be told; 0 when there was nothing to do.

        A database that is away, or somebody who decided meanwhile, is met again.
        """
        try:
            conn = self._connection()
            for attempt in range(3):
                try:
                    with conn.transaction():
                        if attempt:
                            lock_log(conn)
                        return self._look(conn)
                except VersionConflict as conflict:
                    log.info("decides again", why=str(conflict))
        except psycopg.OperationalError as away:
            log.warning("database away", why=str(away).strip())
        return 0

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()

    def _look(self, conn: psycopg.Connection) -> int:
        after = records.take_turn(conn)
        if after is None:
            return 0
        moment = self._rules.moment()
        upto = store.head(conn)
        rows = store.read(conn, _REPORTS, after, upto, PAGE)
        self._defer(conn, rows)
        concluded = [Concluded(row.id, fact) for row in rows if (fact := _conclusion(row)) is not None]
        done = len(rows) + findings.hear(conn, concluded, moment.now) + self._search(conn)
        last = rows[-1].id if len(rows) == PAGE else upto
        if last > after:
            records.come_to(conn, last)
        today = day_of(moment.now)
        if today != self._forgotten:
            records.forget_days(conn, today - timedelta(days=KEPT_DAYS))
            self._forgotten = today
        return done + tell_dossiers(conn, moment)

    def _defer(self, conn: psycopg.Connection, rows: list[Row]) -> None:
        """Rank the day's respondents, and queue what is too much at low priority."""
        filings = [Filing(row.id, row.key, _filed.decode(row.state)) for row in rows if row.name == ReportFiled.tag()]
        if not filings:
            return
        ranks = records.rank(conn, quota.first_of_each(filings))
        restraints = records.restraints(conn, {filing.said.reporter for filing in filings})
        now = self._rules.clock()
        deferred = quota.deferred(filings, ranks, restraints, now)
        store.append(conn, [(fact.stream, 1, fact) for fact in deferred])
        silenced = [(fact.account, fact.report) for fact in deferred if fact.why == "invalidated"]
        records.judge(conn, silenced, "invalidated", True)

    def _search(self, conn: psycopg.Connection) -> int:
        wanted = records.search(conn)
        if wanted is None:
            return 0
        records.judge(conn, records.reports_of(conn, wanted, STRETCH), "invalidated", wanted.invalidated)
        return 1

    def _connection(self) -> psycopg.Connection:
        if self._conn is None or self._conn.closed or self._conn.broken:
            self._conn = connect(self._conninfo, name="reporters", statement_seconds=10)
            check(self._conn)
        return self._conn


def _conclusion(row: Row) -> ReportConcluded | None:
    if row.name != ReportConcluded.tag():
        return None
    fact = CATALOGUE.decode(row.name, row.state)
    return fact if isinstance(fact, ReportConcluded) else None
