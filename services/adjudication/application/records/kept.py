"""Which evidence is kept, under which seal, and which was erased."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import psycopg


class Kept(NamedTuple):
    """A piece of evidence whose content lies in the safe. `evidence` is its platform's number, or of a merchant the notice that he held."""

    platform: str
    evidence: str
    account: str
    sha256: str
    media: str
    bytes: int
    kept_at: datetime
    stamped_at: datetime | None = None
    """When it existed at the latest, by the word of a time-stamping authority."""
    stamped_by: str | None = None


def lock_content(conn: psycopg.Connection, digest: str) -> None:
    """Until the transaction ends nobody else keeps or erases this content."""
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (digest,))


def seal_of(conn: psycopg.Connection, digest: str) -> bytes | None:
    row = conn.execute("SELECT seal FROM evidence_seal WHERE sha256 = %s", (digest,)).fetchone()
    return None if row is None else bytes(row[0])


def make_seal(conn: psycopg.Connection, digest: str, fresh: bytes) -> bytes:
    """The content's seal; `fresh` when it had none."""
    conn.execute("INSERT INTO evidence_seal VALUES (%s, %s) ON CONFLICT DO NOTHING", (digest, fresh))
    seal = seal_of(conn, digest)
    assert seal is not None
    return seal


def keep(conn: psycopg.Connection, kept: Kept) -> bool:
    """False when it was kept before."""
    query = (
        "INSERT INTO evidence_kept (platform, evidence, account, sha256, media, bytes, kept_at, stamped_at, stamped_by)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
    )
    return conn.execute(query, kept).rowcount == 1


def was_erased(conn: psycopg.Connection, platform: str, evidence: str, digest: str) -> bool:
    """Whether this piece was kept once, and erased."""
    query = "SELECT erased_at IS NOT NULL FROM evidence_kept WHERE (platform, evidence, sha256) = (%s, %s, %s)"
    row = conn.execute(query, (platform, evidence, digest)).fetchone()
    return row is not None and bool(row[0])


def was_kept(conn: psycopg.Connection, platform: str, evidence: str, digest: str) -> bool:
    """Whether this very piece was taken before, erased or not."""
    query = "SELECT 1 FROM evidence_kept WHERE (platform, evidence, sha256) = (%s, %s, %s)"
    return conn.execute(query, (platform, evidence, digest)).fetchone() is not None


def kept(conn: psycopg.Connection, hashes: Iterable[str]) -> frozenset[str]:
    """Those of these hashes whose content is kept."""
    rows = conn.execute("SELECT DISTINCT sha256 FROM evidence_kept WHERE sha256 = ANY(%s) AND erased_at IS NULL", (list(hashes),))
    return frozenset(digest for (digest,) in rows)


def erased(conn: psycopg.Connection, hashes: Iterable[str]) -> frozenset[str]:
    """Those of these hashes that were kept once and are not any more."""
    query = "SELECT sha256 FROM evidence_kept WHERE sha256 = ANY(%s) GROUP BY sha256 HAVING bool_and(erased_at IS NOT NULL)"
    return frozenset(digest for (digest,) in conn.execute(query, (list(hashes),)))


def pieces(conn: psycopg.Connection, hashes: Iterable[str]) -> list[Kept]:
    """What is kept of these: the earliest piece of each content, one that is stamped before one that is not."""
    rows = conn.execute(
        "SELECT DISTINCT ON (sha256) platform, evidence, account, sha256, media, bytes, kept_at, stamped_at, stamped_by"
        " FROM evidence_kept WHERE sha256 = ANY(%s) AND erased_at IS NULL ORDER BY sha256, stamped_at NULLS LAST, kept_at",
        (list(hashes),),
    )
    return [Kept(*row) for row in rows]


def handed_in(conn: psycopg.Connection, platform: str, evidence: str) -> tuple[int, int]:
    """How many pieces, and bytes, were taken under this number; erased ones are not counted out."""
    query = "SELECT count(*), coalesce(sum(bytes), 0) FROM evidence_kept WHERE (platform, evidence) = (%s, %s)"
    row = conn.execute(query, (platform, evidence)).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
