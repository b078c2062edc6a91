"""People's accounts: who a password or an issuer's word belongs to, and the credential that their session speaks with."""

import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from threading import BoundedSemaphore

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg_pool import ConnectionPool

from services.regulator.console.entry.talking import talking
from services.web import Problem

AT_ONCE = 2
"""Passwords that are verified at the same time: each takes 64 MiB."""
SHORTEST, LONGEST = 12, 200
Token = Callable[[int], str]
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AMTlhzoaR/hmTb7UVZILKA$5qrNaUT78T2SvUyGSe5iDwdYStvSKY+iRWpUS92GmjQ"
"""Of a password that nobody knows: whoever has no account takes as long as who has one."""


class Accounts:
    """Any number of threads may use it. What is given is a bearer key that nobody but the session has.

    PostgreSQL itself hands out the credential behind it, and only with a row of the audit.
    """

    def __init__(self, pool: ConnectionPool, clock: Callable[[], datetime], token: Token = secrets.token_hex) -> None:
        self._pool, self._clock, self._token = pool, clock, token
        self._hasher, self._verifying = PasswordHasher(), BoundedSemaphore(AT_ONCE)

    def by_password(self, login: str, password: str, purpose: str) -> str:
        """Problem unauthorized, whatever it was that was wrong; unavailable when the database is away."""
        with talking(self._pool) as conn:
            row = conn.execute("SELECT code, password FROM console_account WHERE login = %s AND disabled_at IS NULL", (login,)).fetchone()
        code, known = row or ("", None)
        # No connection is held while a password is verified.
        right = self._is(known or NOBODY, password)
        with talking(self._pool) as conn:
            if known is None or not right:
                if code:
                    self._note(conn, code, purpose)
                raise Problem("unauthorized")
            if self._hasher.check_needs_rehash(known):
                conn.execute("UPDATE console_account SET password = %s WHERE login = %s", (self._hasher.hash(password), login))
            return self._open(conn, login, purpose)

    def by_issuer(self, issuer: str, subject: str, purpose: str) -> str:
        """The account that this issuer's subject is bound to; Problem unauthorized when there is none."""
        with talking(self._pool) as conn:
            row = conn.execute("SELECT login FROM console_account WHERE (issuer, subject) = (%s, %s)", (issuer, subject)).fetchone()
            if row is None:
                raise Problem("unauthorized")
            return self._open(conn, row[0], purpose)

    def change(self, code: str, old: str, new: str) -> None:
        """A person's own password. Problem unauthorized when the old one is another, bad-parameter for a new one that will not do."""
        if not SHORTEST <= len(new) <= LONGEST or new == old:
            raise Problem("bad-parameter")
        with talking(self._pool) as conn:
            row = conn.execute("SELECT password FROM console_account WHERE code = %s AND password IS NOT NULL", (code,)).fetchone()
        if row is None or not self._is(row[0], old):
            raise Problem("unauthorized")
        with talking(self._pool) as conn:
            conn.execute("UPDATE console_account SET password = %s WHERE code = %s", (self._hasher.hash(new), code))

    def close(self, key: str) -> None:
        """End the credential of a session; nothing for a key that a member brought along."""
        with talking(self._pool) as conn:
            conn.execute("SELECT close_console(%s)", (key.split("_", 3)[2],))

    def _open(self, conn: psycopg.Connection, login: str, purpose: str) -> str:
        key_id, secret = self._token(8), self._token(24)
        digest = sha256(secret.encode()).digest()
        row = conn.execute("SELECT open_console(%s, %s, %s, %s, %s)", (login, key_id, digest, purpose, self._clock())).fetchone()
        if row is None or row[0] is None:
            raise Problem("unauthorized")
        return f"lc_{row[0]}_{key_id}_{secret}"

    def _note(self, conn: psycopg.Connection, code: str, purpose: str) -> None:
        """That somebody tried in vain to be this person."""
        said = (self._clock(), code, purpose, "login refused")
        conn.execute("INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)", said)

    def _is(self, known: str, password: str) -> bool:
        if len(password) > LONGEST:
            return False
        with self._verifying:
            try:
                return self._hasher.verify(known, password)
            except (VerificationError, InvalidHashError):
                return False
