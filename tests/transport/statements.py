"""Facts to append, for the tests of transport."""

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import psycopg

from events.facts.report import ReportAnswered
from events.facts.sanction import SanctionAppealed
from events.transport.store import Submission

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def answered(statement_id: str | None = None, *, sha256: str = "a" * 64, account: str = "shop-1", words: bytes | None = None) -> Submission:
    """A report was answered: a bulk fact."""
    fact = ReportAnswered(
        id=statement_id or uuid4().hex, source="/platforms/tmall", account=account, time=NOON, recorded_at=NOON, sha256=sha256, report="r-1"
    )
    return Submission(fact, words, b"salt" if words is not None else None)


def appealed(statement_id: str | None = None, *, account: str = "shop-1", road: str | None = None) -> Submission:
    """A sanction was appealed: an urgent fact."""
    return Submission(
        SanctionAppealed(
            id=statement_id or uuid4().hex,
            source="/platforms/tmall",
            account=account,
            time=NOON,
            recorded_at=NOON,
            sha256="b" * 64,
            sanction="s-1",
            road=road,
        )
    )


def flood(conn: psycopg.Connection, reports: int) -> None:
    """So many bulk facts of many accounts, written past the store because there are so many."""
    fact = answered("flood").fact
    conn.execute(
        "INSERT INTO hub_events (originator_id, originator_version, topic, state, lane, key)"
        " SELECT gen_random_uuid(), 1, %s, %b, 5, (random() * 1e9)::bigint FROM generate_series(1, %s)",
        (fact.tag(), msgspec.json.encode(fact), reports),
    )
