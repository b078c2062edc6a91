"""What became of listings, and so of the word of the legal entities that they rested on."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import psycopg

from services.adjudication.domain.breaker import Record
from services.adjudication.domain.law.articles import BreakerRule
from services.adjudication.domain.law.calendar import months_after

KEPT = timedelta(days=3 * 366)
"""Longer than any rulebook may count."""


class Verdict(NamedTuple):
    """A listing that stood, or that people turned down; `entities` of the platforms that it rested on."""

    listing_id: UUID
    judged_at: datetime
    entities: list[str]
    stood: bool


def note_verdicts(conn: psycopg.Connection, verdicts: Sequence[Verdict]) -> None:
    """The last one of a listing holds: what was decided may be found wrong later."""
    if verdicts:
        conn.cursor().executemany(
            "INSERT INTO verdict VALUES (%s, %s, %s, %s) ON CONFLICT (listing_id) DO UPDATE"
            " SET judged_at = excluded.judged_at, entities = excluded.entities, stood = excluded.stood",
            verdicts,
        )


def entity_records(conn: psycopg.Connection, rule: BreakerRule, now: datetime) -> Mapping[str, Record]:
    """Of the entities of whose listings people turned down as many as the rule asks for; the others stand as they are."""
    since = months_after(now, -rule.record_months)
    rows = conn.execute(
        "WITH fell AS (SELECT entity, count(*) AS times FROM verdict, unnest(entities) AS entity WHERE NOT stood AND judged_at > %s"
        " GROUP BY entity HAVING count(*) >= %s)"
        " SELECT entity, (SELECT count(*) FROM verdict WHERE stood AND judged_at > %s AND entities @> ARRAY[entity]), times FROM fell",
        (since, rule.record_fell, since),
    )
    return {entity: Record(stood, fell) for entity, stood, fell in rows}


def forget_verdicts(conn: psycopg.Connection, now: datetime) -> None:
    conn.execute("DELETE FROM verdict WHERE judged_at < %s", (now - KEPT,))
