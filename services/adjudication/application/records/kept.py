"""Which evidence is kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import psycopg


class Kept(NamedTuple):
    """A piece of evidence whose content lies in the safe."""

    platform: str
    evidence: str
    account: str
    sha256: str
    media: str
    bytes: int
    kept_at: datetime


def keep(conn: psycopg.Connection, kept: Kept) -> bool:
    """False when it was kept before."""
    query = "INSERT INTO evidence_kept VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
    return conn.execute(query, kept).rowcount == 1


def kept(conn: psycopg.Connection, hashes: Iterable[str]) -> frozenset[str]:
    """Those of these hashes whose content is kept."""
    rows = conn.execute("SELECT DISTINCT sha256 FROM evidence_kept WHERE sha256 = ANY(%s)", (list(hashes),))
    return frozenset(digest for (digest,) in rows)


def media_of(conn: psycopg.Connection, digest: str) -> str | None:
    """As its platform named it; None when it is not kept."""
    row = conn.execute("SELECT media FROM evidence_kept WHERE sha256 = %s ORDER BY kept_at LIMIT 1", (digest,)).fetchone()
    return None if row is None else str(row[0])
