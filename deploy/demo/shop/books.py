"""The shop's own books: its merchants, what it did to them, and what they sold."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (account TEXT PRIMARY KEY, uscc TEXT, name TEXT);
CREATE INDEX IF NOT EXISTS account_uscc ON account (uscc);
CREATE TABLE IF NOT EXISTS sanction (
    sanction TEXT PRIMARY KEY, account TEXT NOT NULL, measure TEXT NOT NULL, begins REAL NOT NULL, ends REAL, lifted TEXT
);
CREATE INDEX IF NOT EXISTS sanction_account ON sanction (account);
CREATE TABLE IF NOT EXISTS sale (
    number INTEGER PRIMARY KEY, account TEXT NOT NULL, amount_minor INTEGER NOT NULL, at REAL NOT NULL, refunded REAL
);
CREATE TABLE IF NOT EXISTS told_of (subject_id TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (subject_id, account));
CREATE TABLE IF NOT EXISTS mail (
    notice TEXT NOT NULL, account TEXT NOT NULL, at REAL NOT NULL, words BLOB NOT NULL, PRIMARY KEY (notice, account)
);
"""


class Sanction(msgspec.Struct, frozen=True):
    """A measure that this shop took by itself."""

    sanction: str
    measure: str
    begins: float
    ends: float | None

    def holds(self, now: datetime) -> bool:
        return self.begins <= now.timestamp() and (self.ends is None or now.timestamp() < self.ends)


class Books:
    """May be used by several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        # A power cut may take the last of them: these are a simulation's books, and a sync each would be most of its time.
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.executescript(SCHEMA)

    def open(self, account: str, uscc: str | None, name: str | None) -> None:
        self._do("REPLACE INTO account VALUES (?, ?, ?)", account, uscc, name)

    def uscc(self, account: str) -> str | None:
        found = self._do("SELECT uscc FROM account WHERE account = ?", account)
        return found[0][0] if found else None

    def accounts_of(self, uscc: str | None) -> list[str]:
        return [row[0] for row in self._do("SELECT account FROM account WHERE uscc = ?", uscc)]

    def told_of(self, subject_id: str, accounts: Iterable[str]) -> list[str]:
        """All accounts that the hub has ever told of the subject, and these: a lift names nobody."""
        for account in accounts:
            self._do("INSERT OR IGNORE INTO told_of VALUES (?, ?)", subject_id, account)
        return [row[0] for row in self._do("SELECT account FROM told_of WHERE subject_id = ?", subject_id)]

    def punish(self, account: str, sanction: Sanction) -> None:
        values = (sanction.sanction, account, sanction.measure, sanction.begins, sanction.ends)
        self._do("INSERT OR IGNORE INTO sanction VALUES (?, ?, ?, ?, ?, NULL)", *values)

    def lift(self, sanction: str, reason: str) -> None:
        self._do("UPDATE sanction SET lifted = ? WHERE sanction = ?", reason, sanction)

    def sanctions(self, account: str) -> list[Sanction]:
        """Those that were not lifted, also after their end."""
        rows = self._do("SELECT sanction, measure, begins, ends FROM sanction WHERE account = ? AND lifted IS NULL", account)
        return [Sanction(*row) for row in rows]

    def sell(self, account: str, amount_minor: int, now: datetime) -> int:
        """The number of the sale."""
        rows = self._do(
            "INSERT INTO sale (account, amount_minor, at) VALUES (?, ?, ?) RETURNING number", account, amount_minor, now.timestamp()
        )
        return int(rows[0][0])

    def refund(self, number: int, now: datetime) -> int:
        """The whole amount, once; 0 when it was refunded before."""
        query = "UPDATE sale SET refunded = ? WHERE number = ? AND refunded IS NULL RETURNING amount_minor"
        rows = self._do(query, now.timestamp(), number)
        return int(rows[0][0]) if rows else 0

    def mail(self, notice: str, account: str, words: bytes, now: datetime) -> None:
        """Into the merchant's inbox; a notice that comes again with its date replaces the first."""
        self._do("REPLACE INTO mail VALUES (?, ?, ?, ?)", notice, account, now.timestamp(), words)

    def _do(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return self._file.execute(query, values).fetchall()
