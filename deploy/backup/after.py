"""What a restore must not undo: keys that were revoked since the copy was made, and words that were erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import psycopg


class Revoked(NamedTuple):
    key_id: str
    at: datetime


class Erased(NamedTuple):
    target: str
    requested_at: datetime


class Since(NamedTuple):
    """Read from the database that is replaced, as far as it can still be read."""

    revoked: Sequence[Revoked]
    erasures: Sequence[Erased]


def read(conn: psycopg.Connection, made_at: datetime) -> Since:
    revoked = conn.execute("SELECT key_id, revoked_at FROM credential WHERE revoked_at >= %s", (made_at,)).fetchall()
    erased = conn.execute("SELECT target, requested_at FROM erasure WHERE done_at >= %s ORDER BY target", (made_at,)).fetchall()
    return Since([Revoked(*row) for row in revoked], [Erased(*row) for row in erased])


def write(conn: psycopg.Connection, since: Since) -> None:
    """Keys stay revoked; erasures are due again, and counted as such until somebody has carried them out."""
    with conn.transaction(), conn.cursor() as cursor:
        cursor.executemany("UPDATE credential SET revoked_at = %s WHERE key_id = %s", [(it.at, it.key_id) for it in since.revoked])
        cursor.executemany(
            "INSERT INTO erasure (target, requested_at) VALUES (%s, %s) ON CONFLICT (target) DO UPDATE SET done_at = NULL", since.erasures
        )
