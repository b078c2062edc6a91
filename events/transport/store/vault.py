"""What was said in words: kept apart from the log, erasable, with its digest left in the fact."""

from hashlib import sha256
from uuid import UUID

import psycopg


def digest(salt: bytes, words: bytes) -> str:
    """What a fact holds of its words: worthless for guessing without the salt, which is erased with them."""
    return sha256(salt + words).hexdigest()


def keep_words(conn: psycopg.Connection, stream: UUID, salt: bytes, words: bytes) -> None:
    """Keep words in the caller's transaction, beside the fact that holds their digest. Once; a second time changes nothing."""
    conn.execute("INSERT INTO vault VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (stream, salt, words))


def words(conn: psycopg.Connection, stream: UUID) -> bytes | None:
    """The words, or None when there were none or they were erased."""
    row = conn.execute("SELECT words FROM vault WHERE statement = %s", (stream,)).fetchone()
    return None if row is None else bytes(row[0])


def erase(conn: psycopg.Connection, *streams: UUID) -> int:
    """Erase the words of these; of how many there were any. Folds, duplicate checks and proofs hold without them."""
    return conn.execute("DELETE FROM vault WHERE statement = ANY(%s)", (list(streams),)).rowcount


def erasures_due(conn: psycopg.Connection) -> int:
    """Requests of erasure that were not carried out."""
    row = conn.execute("SELECT count(*) FROM erasure WHERE done_at IS NULL").fetchone()
    assert row is not None
    return int(row[0])
