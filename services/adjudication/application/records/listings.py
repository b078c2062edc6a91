"""Where each listing is, and what was decided lately."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, LiteralString, NamedTuple
from uuid import UUID

import psycopg

from events.facts.fact import Tier
from services.adjudication.application.records.verdicts import entity_records
from services.adjudication.domain.breaker import Traffic
from services.adjudication.domain.law.articles import BreakerRule


class ListingRow(NamedTuple):
    """Where a listing is, and what one chooses it by."""

    listing_id: UUID
    subject_id: UUID
    tier: Tier
    state: str
    undelivered: bool
    objected: bool
    contested: bool
    proposed_at: datetime
    held: bool = False
    appeal_open: bool = False
    repair_open: bool = False
    answer_by: datetime | None = None
    """By when the first of what was asked for the subject is to be answered."""


Waits = Literal["undelivered", "objected", "held", "appeal_open", "repair_open"]
"""What a listing waits for a person with: the names of columns."""


def write_listings(conn: psycopg.Connection, rows: Sequence[ListingRow]) -> None:
    if rows:
        conn.execute(
            "INSERT INTO listing (listing_id, subject_id, tier, state, undelivered, objected, contested, proposed_at, held,"
            " appeal_open, repair_open, answer_by) SELECT *"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::text[], %s::bool[], %s::bool[], %s::bool[],"
            " %s::timestamptz[], %s::bool[], %s::bool[], %s::bool[], %s::timestamptz[])"
            " ON CONFLICT (listing_id) DO UPDATE SET subject_id = excluded.subject_id, tier = excluded.tier, state = excluded.state,"
            " undelivered = excluded.undelivered, objected = excluded.objected, contested = excluded.contested, held = excluded.held,"
            " appeal_open = excluded.appeal_open, repair_open = excluded.repair_open, answer_by = excluded.answer_by",
            [list(column) for column in zip(*rows, strict=True)],
        )


def listings(
    conn: psycopg.Connection, state: str | None, before: tuple[datetime, UUID] | None, limit: int, *, waits: Waits | None = None
) -> list[ListingRow]:
    """The newest first, after the place `before`; of those only that wait with this, if wished: a closed one waits for nobody."""
    moment, listing_id = before or (None, None)
    waiting: LiteralString = f" AND {waits} AND state NOT IN ('rejected', 'ended')" if waits is not None else ""
    rows = conn.execute(
        "SELECT listing_id, subject_id, tier, state, undelivered, objected, contested, proposed_at, held, appeal_open, repair_open,"
        " answer_by"
        f" FROM listing WHERE (%(state)s::text IS NULL OR state = %(state)s){waiting}"
        " AND (%(moment)s::timestamptz IS NULL OR (proposed_at, listing_id) < (%(moment)s, %(listing_id)s::uuid))"
        " ORDER BY proposed_at DESC, listing_id DESC LIMIT %(limit)s",
        {"state": state, "moment": moment, "listing_id": listing_id, "limit": limit},
    )
    return [ListingRow(id, subject_id, Tier(tier), *rest) for id, subject_id, tier, *rest in rows]


def subject_of_listing(conn: psycopg.Connection, listing_id: UUID) -> UUID | None:
    row = conn.execute("SELECT subject_id FROM listing WHERE listing_id = %s", (listing_id,)).fetchone()
    return None if row is None else row[0]


def undelivered(conn: psycopg.Connection) -> int:
    """Notices that wait for a person."""
    row = conn.execute("SELECT count(*) FROM listing WHERE state = 'released' AND undelivered").fetchone()
    return 0 if row is None else int(row[0])


def held(conn: psycopg.Connection) -> int:
    """Listings that the breaker keeps for a person."""
    row = conn.execute("SELECT count(*) FROM listing WHERE held").fetchone()
    return 0 if row is None else int(row[0])


def answers_due(conn: psycopg.Connection, until: datetime) -> int:
    """Open listings with something that persons have to answer by then."""
    row = conn.execute(
        "SELECT count(*) FROM listing WHERE answer_by <= %s AND state NOT IN ('rejected', 'ended')", (until,)
    ).fetchone()  # fmt: skip
    return 0 if row is None else int(row[0])


# -- what was decided lately -----------------------------------------------------------------------------------------

DAY = timedelta(days=1)


class Decision(NamedTuple):
    """A listing that was decided; `entities` of the platforms that it rests on, none when on an authority."""

    listing_id: UUID
    decided_at: datetime
    rule: str
    entities: list[str]


def note_decisions(conn: psycopg.Connection, decisions: Sequence[Decision]) -> None:
    if decisions:
        conn.cursor().executemany("INSERT INTO decision VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", decisions)


def forget_decisions(conn: psycopg.Connection, now: datetime) -> None:
    """Those that no rolling day counts any more."""
    conn.execute("DELETE FROM decision WHERE decided_at < %s", (now - 2 * DAY,))


def lock_breaker(conn: psycopg.Connection) -> None:
    """Before the log: whoever is about to decide listings holds it to the end, so that each decision is counted by the next."""
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (BREAKER_LOCK,))


def traffic(conn: psycopg.Connection, rule: BreakerRule, now: datetime) -> Traffic:
    """What the breaker counts at this moment. Until the transaction ends nobody else decides a listing."""
    lock_breaker(conn)
    row = conn.execute("SELECT count(DISTINCT entity) FROM member WHERE class = 'platform'").fetchone()
    counted = Traffic(entities=0 if row is None else int(row[0]), records=entity_records(conn, rule, now))
    decided = conn.execute(
        "SELECT rule, entities, count(*), count(*) FILTER (WHERE decided_at > %s) FROM decision WHERE decided_at > %s GROUP BY 1, 2",
        (now - timedelta(minutes=rule.minutes), now - DAY),
    )
    for name, entities, day, recent in decided:
        counted = counted.plus(name, entities, day, recent)
    return counted


BREAKER_LOCK = 0x4C696162
