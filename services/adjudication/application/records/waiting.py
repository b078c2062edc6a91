"""What waits: the next moment of each subject, and evidence that came before its account."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import psycopg

from events.facts.dossier import AccountRef
from services.adjudication.application.records.accounts import REFS, columns


def write_due(conn: psycopg.Connection, moments: Mapping[UUID, datetime | None]) -> None:
    """The next moment of each subject, in place of what was there."""
    if moments:
        conn.execute("DELETE FROM due WHERE subject_id = ANY(%s)", (list(moments),))
        coming = [(subject, moment) for subject, moment in moments.items() if moment is not None]
        conn.execute(
            "INSERT INTO due (subject_id, moment) SELECT * FROM unnest(%s::uuid[], %s::timestamptz[])",
            ([subject for subject, _ in coming], [moment for _, moment in coming]),
        )


def due(conn: psycopg.Connection, now: datetime, limit: int) -> list[UUID]:
    """The subjects whose moment has come, the longest overdue first."""
    rows = conn.execute("SELECT subject_id FROM due WHERE moment <= %s ORDER BY moment LIMIT %s", (now, limit))
    return [subject_id for (subject_id,) in rows]


def keep_early(conn: psycopg.Connection, early: Sequence[tuple[AccountRef, UUID]], now: datetime) -> None:
    if early:
        conn.execute(
            "INSERT INTO early_evidence SELECT p, a, s, %s FROM unnest(%s::text[], %s::text[], %s::uuid[]) AS n(p, a, s)"
            " ON CONFLICT DO NOTHING",
            (now, *columns(ref for ref, _ in early), [statement for _, statement in early]),
        )


def early_of(conn: psycopg.Connection, refs: Iterable[AccountRef]) -> list[UUID]:
    """The statements that wait for one of these accounts."""
    rows = conn.execute(f"SELECT statement FROM early_evidence WHERE (platform, account) IN ({REFS})", columns(refs))
    return [statement for (statement,) in rows]


def early_of_known(conn: psycopg.Connection, limit: int) -> list[UUID]:
    """Statements whose account was opened by somebody else in the same moment."""
    rows = conn.execute("SELECT statement FROM early_evidence JOIN account USING (platform, account) LIMIT %s", (limit,))
    return [statement for (statement,) in rows]


def drop_early(conn: psycopg.Connection, statements: Sequence[UUID]) -> None:
    if statements:
        conn.execute("DELETE FROM early_evidence WHERE statement = ANY(%s)", (list(statements),))


def purge_early(conn: psycopg.Connection, before: datetime) -> None:
    conn.execute("DELETE FROM early_evidence WHERE noted_at < %s", (before,))
