"""`python -m services.adjudication.check`: reads the log as the regulator may; exit code 1 when anything is found, 2 without a log."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import psycopg

from events.catalogue import CATALOGUE, UnknownFact
from events.transport import settings as reading
from events.transport.postgres import connect
from events.transport.topics import LANES
from services.adjudication.check.checker import Entry, check
from services.adjudication.check.finding import Finding

PAGE = 5_000
STATEMENT_SECONDS = 30.0
_PAGE = (
    "SELECT notification_id, originator_id, originator_version, topic, state FROM hub_events"
    " WHERE (lane = ANY(%b::smallint[]) OR topic = 'evidence.stored.v1') AND notification_id > %b AND notification_id <= %b"
    " ORDER BY notification_id LIMIT %b"
)
_WEIGHED_OR_DECIDED = [LANES["sanction"], LANES["dossier"]]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Of the checker: a role that reads the log and writes nothing."""

    database_regulator: reading.Secret


def entries(conn: psycopg.Connection) -> Iterator[Entry]:
    """Everything that was weighed or decided by now, and what it was weighed from, a page at a time.

    A fact of a newer hub is passed over: nothing can be said of it.
    """
    row = conn.execute("SELECT coalesce(max(notification_id), 0) FROM hub_events").fetchone()
    assert row is not None
    after, upto = 0, int(row[0])
    while rows := conn.execute(_PAGE, (_WEIGHED_OR_DECIDED, after, upto, PAGE)).fetchall():
        for position, stream, version, name, state in rows:
            try:
                yield Entry(position, stream, version, CATALOGUE.decode(name, state))
            except UnknownFact:
                continue
        after = rows[-1][0]


def examine(conninfo: str, now: datetime) -> list[Finding]:
    """Everything that is wrong with the log behind this conninfo."""
    with connect(conninfo, name="check", statement_seconds=STATEMENT_SECONDS) as conn:
        erased = [digest for (digest,) in conn.execute("SELECT sha256 FROM evidence_kept WHERE erased_at IS NOT NULL")]
        return list(check(entries(conn), now, erased))


def main() -> int:
    settings = reading.read(Settings, os.environ)
    try:
        found = examine(settings.database_regulator, datetime.now(UTC))
    except psycopg.OperationalError as away:
        sys.stderr.write(f"liancheng: 日志无法读取 / the log cannot be read: {str(away).strip()}\n")
        return 2
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{len(found)} 处问题 / findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
