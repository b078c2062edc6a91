"""Writes coverage: the rows of a batch are locked, joined with what is new, and written by one statement."""

from collections.abc import Iterable, Sequence
from typing import cast
from uuid import UUID

import msgspec
from psycopg import Connection

from events.transport.telemetry import LIFT_SECONDS, RESTRICT_SECONDS
from projections.coverage.fold import Coverage, done, join, told
from projections.view import Delivery, View, columns, schema_sql, within

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Coverage).decode

Key = tuple[UUID, str]

# The two topics of a row may be in two processes' hands. A row that is not there cannot be locked, so it is made first.
MAKE = (
    "INSERT INTO {view}.coverage (subject_id, platform, state) SELECT * FROM unnest(%b::uuid[], %b::text[], %b::bytea[])"
    " ON CONFLICT DO NOTHING"
)
LOCK = (
    "SELECT state FROM {view}.coverage WHERE (subject_id, platform) IN (SELECT * FROM unnest(%b::uuid[], %b::text[]))"
    " ORDER BY subject_id, platform FOR UPDATE"
)
SET = (
    "UPDATE {view}.coverage c SET action = n.action, since = n.since, last_id = n.last_id, last_state = n.last_state, state = n.state"
    " FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::timestamptz[], %b::bigint[], %b::text[], %b::bytea[])"
    " AS n(subject_id, platform, action, since, last_id, last_state, state)"
    " WHERE (c.subject_id, c.platform) = (n.subject_id, n.platform)"
)


def apply(conn: Connection, schema: str, facts: Sequence[Delivery]) -> bool:
    """Join what the facts say into the rows."""
    new = folded({}, facts)
    if not new:
        return False
    keys = sorted(new)
    empty = [(subject, platform, _encode(Coverage(subject_id=subject, platform=platform))) for subject, platform in keys]
    conn.execute(within(schema, MAKE), columns(cast(list[tuple[object, ...]], empty), 3))
    known = (_decode(state) for (state,) in conn.execute(within(schema, LOCK), ([key[0] for key in keys], [key[1] for key in keys])))
    before = {(row.subject_id, row.platform): row for row in known}
    changed = [row for key in keys if (row := join(before[key], new[key])) != before[key]]
    if changed:
        _measure(before, changed)
        conn.execute(within(schema, SET), columns([_row(row) for row in changed], 7))
    return bool(changed)


def _measure(before: dict[Key, Coverage], changed: Iterable[Coverage]) -> None:
    for row in changed:
        was = before[row.subject_id, row.platform]
        asked = was.waiting if row.sent is None or row.sent == was.sent else (*was.waiting, row.sent)
        for action, seconds in done(asked, row):
            (LIFT_SECONDS if action == "lift" else RESTRICT_SECONDS).observe(seconds)


def load(conn: Connection, schema: str, facts: Iterable[Delivery]) -> None:
    """Join everything in memory, and copy it in."""
    with conn.cursor() as cursor, cursor.copy(within(schema, "COPY {view}.coverage FROM STDIN")) as copy:
        for _, row in sorted(folded({}, facts).items()):
            copy.write_row(_row(row))


def folded(rows: dict[Key, Coverage], facts: Iterable[Delivery]) -> dict[Key, Coverage]:
    """The rows with all that the facts say."""
    for delivery in facts:
        for row in told(delivery.fact, delivery.id):
            key = row.subject_id, row.platform
            rows[key] = join(rows[key], row) if key in rows else join(row, row)
    return rows


def _row(row: Coverage) -> tuple[object, ...]:
    overdue, last = row.overdue, row.last
    return (
        row.subject_id,
        row.platform,
        overdue and overdue.action,
        overdue and overdue.at,
        last and last.id,
        last and last.state,
        _encode(row),
    )


VIEW = View(
    name="coverage",
    lanes=("dossier", "enforcement"),
    tables=("coverage",),
    schema_sql=schema_sql("projections.coverage"),
    apply=apply,
    load=load,
)
