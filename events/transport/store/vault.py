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


def erase(conn: psycopg.Connection, stream: UUID) -> bool:
    """Erase; True when there was something. Folds, duplicate checks and proofs hold without it."""
    return conn.execute("DELETE FROM vault WHERE statement = %s", (stream,)).rowcount > 0
