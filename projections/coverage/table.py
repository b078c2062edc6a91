"""Writes coverage: the rows of a batch are locked, joined with what is new, and written by one statement."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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


ADD_TALLY = (
    "INSERT INTO {view}.tally SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::bigint[])"
    " ON CONFLICT (platform, last_state, action) DO UPDATE SET n = tally.n + excluded.n"
)
DROP_TALLY = (
    "DELETE FROM {view}.tally t USING unnest(%b::text[], %b::text[], %b::text[]) AS n(platform, last_state, action)"
    " WHERE (t.platform, t.last_state, t.action) = (n.platform, n.last_state, n.action) AND t.n = 0"
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
    if counted := _counted(before, changed):
        conn.execute(within(schema, ADD_TALLY), columns(counted, 4))
        conn.execute(within(schema, DROP_TALLY), columns([row[:3] for row in counted], 3))
    return bool(changed)


def _measure(before: dict[Key, Coverage], changed: Iterable[Coverage]) -> None:
    for row in changed:
        was = before[row.subject_id, row.platform]
        asked = was.waiting if row.sent is None or row.sent == was.sent else (*was.waiting, row.sent)
        for action, seconds in done(asked, row):
            (LIFT_SECONDS if action == "lift" else RESTRICT_SECONDS).observe(seconds)


def load(conn: Connection, schema: str, facts: Iterable[Delivery]) -> None:
    """Join everything in memory, and copy it in."""
    rows = folded({}, facts)
    with conn.cursor() as cursor:
        with cursor.copy(within(schema, "COPY {view}.coverage FROM STDIN")) as copy:
            for _, row in sorted(rows.items()):
                copy.write_row(_row(row))
        with cursor.copy(within(schema, "COPY {view}.tally FROM STDIN")) as copy:
            for counted in _counted({}, rows.values()):
                copy.write_row(counted)


def folded(rows: dict[Key, Coverage], facts: Iterable[Delivery]) -> dict[Key, Coverage]:
    """The rows with all that the facts say."""
    for delivery in facts:
        for row in told(delivery.fact, delivery.id):
            key = row.subject_id, row.platform
            rows[key] = join(rows[key], row) if key in rows else join(row, row)
    return rows


def _counted(before: Mapping[Key, Coverage], rows: Iterable[Coverage]) -> list[tuple[object, ...]]:
    """How the numbers of a platform change, in the one order in which everybody locks them. An empty row is not counted."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        found[_kind(row)] += 1
        was = before.get((row.subject_id, row.platform))
        if was is not None and was != Coverage(subject_id=row.subject_id, platform=row.platform):
            found[_kind(was)] -= 1
    return [(*kind, n) for kind, n in sorted(found.items()) if n]


def _kind(row: Coverage) -> tuple[str, str, str]:
    return row.platform, row.last.state if row.last else "", row.overdue.action if row.overdue else ""


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
    tables=("coverage", "tally"),
    schema_sql=schema_sql("projections.coverage"),
    apply=apply,
    load=load,
)
