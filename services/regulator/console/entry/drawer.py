"""What the console keeps for a browser: in PostgreSQL, for all of its processes, sealed by a name that only the browser has."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from Crypto.Cipher import AES
from Crypto.Cipher._mode_gcm import GcmMode
from psycopg_pool import ConnectionPool

from services.regulator.console.entry.talking import talking

_NONCE, _TAG = 12, 16
RENEWED = timedelta(minutes=1)
"""A moment of ending that is younger than this is left as it is: not every page writes."""


class Drawer:
    """Used from threads: it blocks. Problem unavailable when the database is away. Names are random, 256 bits."""

    def __init__(self, pool: ConnectionPool, clock: Callable[[], datetime]) -> None:
        self._pool, self._clock = pool, clock

    def put(self, name: str, content: bytes, term: timedelta) -> None:
        now = self._clock()
        with talking(self._pool) as conn:
            conn.execute("DELETE FROM console_session WHERE ends_at < %s", (now,))
            conn.execute("INSERT INTO console_session VALUES (%s, %s, %s)", (_id(name), _seal(name, content), now + term))

    def get(self, name: str, renew_for: timedelta) -> bytes | None:
        """None when there is nothing, or not any more."""
        now = self._clock()
        with talking(self._pool) as conn:
            query = "SELECT content, ends_at FROM console_session WHERE id = %s AND ends_at > %s"
            row = conn.execute(query, (_id(name), now)).fetchone()
            if row is None:
                return None
            if row[1] < now + renew_for - RENEWED:
                conn.execute("UPDATE console_session SET ends_at = %s WHERE id = %s", (now + renew_for, _id(name)))
        return _unseal(name, bytes(row[0]))

    def replace(self, name: str, content: bytes) -> None:
        """Nothing for what was taken away in the meantime."""
        with talking(self._pool) as conn:
            conn.execute("UPDATE console_session SET content = %s WHERE id = %s", (_seal(name, content), _id(name)))

    def take(self, name: str) -> bytes | None:
        """Once: whoever comes second finds nothing."""
        with talking(self._pool) as conn:
            query = "DELETE FROM console_session WHERE id = %s RETURNING content, ends_at"
            row = conn.execute(query, (_id(name),)).fetchone()
        return None if row is None or row[1] <= self._clock() else _unseal(name, bytes(row[0]))


def _id(name: str) -> bytes:
    return sha256(b"liancheng/session/id" + name.encode()).digest()


def _seal(name: str, content: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    sealed, tag = _cipher(name, nonce).encrypt_and_digest(content)
    return nonce + tag + sealed


def _unseal(name: str, sealed: bytes) -> bytes | None:
    """None for what somebody altered."""
    nonce, tag, body = sealed[:_NONCE], sealed[_NONCE : _NONCE + _TAG], sealed[_NONCE + _TAG :]
    try:
        return _cipher(name, nonce).decrypt_and_verify(body, tag)
    except ValueError:
        return None


def _cipher(name: str, nonce: bytes) -> GcmMode:
    return AES.new(sha256(b"liancheng/session/content" + name.encode()).digest(), AES.MODE_GCM, nonce=nonce)
