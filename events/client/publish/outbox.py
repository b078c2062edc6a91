"""What is still to be said, and what was answered: a file, so that neither is lost when the process ends."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import Any

import msgspec

from events.client.hub import ProblemDetails
from events.client.reading import reader
from events.client.statement import Statement

SCHEMA = """
CREATE TABLE IF NOT EXISTS said (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, event BLOB NOT NULL, sent REAL NOT NULL DEFAULT 0, answer BLOB
);
CREATE INDEX IF NOT EXISTS said_waiting ON said (n) WHERE answer IS NULL;
CREATE TABLE IF NOT EXISTS bookmark (name TEXT PRIMARY KEY, place TEXT NOT NULL);
"""

COUNT = """
SELECT count(*) FILTER (WHERE answer IS NULL),
       count(*) FILTER (WHERE json_extract(answer, '$.receipt') IS NOT NULL),
       count(*) FILTER (WHERE json_extract(answer, '$.problem') IS NOT NULL),
       count(*) FILTER (WHERE json_extract(answer, '$.repeated'))
FROM said WHERE id >= ? AND id < ?
"""


class Tally(msgspec.Struct, frozen=True):
    """Statements that wait, that have a receipt, that were refused; and of those with a receipt, which the hub had already."""

    waiting: int
    accepted: int
    refused: int
    repeated: int


class Receipt(msgspec.Struct, frozen=True):
    """The hub has it, for ever, at this position of its log."""

    id: str
    source: str
    status: str
    position: int
    sha256: str
    recorded_at: str


class Outcome(msgspec.Struct, frozen=True):
    """What became of one statement: a receipt, or the problem for which it will never be taken as it stands."""

    id: str
    receipt: Receipt | None = None
    problem: ProblemDetails | None = None
    repeated: bool = False
    """The hub had it already, under the same receipt."""


class AlreadySaid(ValueError):
    """Another content was put under this id before. An id names one statement for ever."""


class Outbox:
    """May be used by several threads. A statement leaves the list of what waits only by its outcome."""

    def __init__(self, path: str | Path) -> None:
        self._news = Condition()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.executescript(SCHEMA)

    def put(self, *statements: Statement, bookmark: tuple[str, str] | None = None) -> int:
        """Keep them, all or none, together with the place that you have read to; gives how many are new.

        Putting the same again is nothing; another content under a known id raises AlreadySaid.
        """
        with self._transaction():
            new = sum(self._put(statement) for statement in statements)
            if bookmark is not None:
                self._file.execute("REPLACE INTO bookmark VALUES (?, ?)", bookmark)
            self._news.notify_all()
        return new

    def put_unless_known(self, *statements: Statement, bookmark: tuple[str, str] | None = None) -> int:
        """The same for what is made anew after a crash and differs in its time: what was first put under the id stays."""
        return self.put(*(one for one in statements if not self._known(one.id)), bookmark=bookmark)

    def bookmark(self, name: str) -> str | None:
        row = self._one("SELECT place FROM bookmark WHERE name = ?", name)
        return None if row is None else str(row[0])

    def take(self, limit: int, *, now: float, resend_after: float) -> list[Statement]:
        """The oldest of those that wait and were not taken during the last `resend_after` seconds; they count as sent at `now`."""
        with self._transaction():
            query = "SELECT n, id, key, event FROM said WHERE answer IS NULL AND sent <= ? ORDER BY n LIMIT ?"
            rows = self._file.execute(query, (now - resend_after, limit)).fetchall()
            self._file.executemany("UPDATE said SET sent = ? WHERE n = ?", [(now, row[0]) for row in rows])
        return [Statement(*row[1:]) for row in rows]

    def again(self, statements: Sequence[Statement]) -> None:
        """They did not get through: they may be taken at once."""
        with self._transaction():
            self._file.executemany("UPDATE said SET sent = 0 WHERE id = ?", [(statement.id,) for statement in statements])

    def settle(self, outcomes: Iterable[Outcome], bookmark: tuple[str, str] | None = None) -> list[Outcome]:
        """Keep the outcomes; the first one of a statement stays. Gives those that settled something."""
        with self._transaction():
            settled = [outcome for outcome in outcomes if self._settle(outcome)]
            if bookmark is not None:
                self._file.execute("REPLACE INTO bookmark VALUES (?, ?)", bookmark)
            self._news.notify_all()
        return settled

    def outcome(self, id: str) -> Outcome | None:
        row = self._one("SELECT answer FROM said WHERE id = ? AND answer IS NOT NULL", id)
        return None if row is None else reader(Outcome)(row[0])

    def receipts(self, after: int, limit: int) -> list[Receipt]:
        """Those that are held beyond a position of the hub's log, in its order."""
        place = "json_extract(answer, '$.receipt.position')"
        with self._news:
            query = f"SELECT answer FROM said WHERE {place} > ? ORDER BY {place} LIMIT ?"
            held = (reader(Outcome)(row[0]).receipt for row in self._file.execute(query, (after, limit)).fetchall())
        return [receipt for receipt in held if receipt is not None]

    def reopen(self, ids: Sequence[str]) -> int:
        """The hub does not have these any more, whatever it once answered: they wait again. How many did not wait already."""
        with self._transaction():
            query = "UPDATE said SET answer = NULL, sent = 0 WHERE id = ? AND answer IS NOT NULL"
            reopened = sum(self._file.execute(query, (id,)).rowcount for id in ids)
            self._news.notify_all()
        return reopened

    def tally(self, prefix: str = "") -> Tally:
        """How it stands with the statements whose id begins so."""
        with self._news:
            return Tally(*self._file.execute(COUNT, (prefix, prefix + chr(0x10FFFF))).fetchone())

    def await_news(self, seconds: float) -> None:
        """Return when something was put or settled, or after `seconds`."""
        with self._news:
            self._news.wait(seconds)

    def forget(self, position: int) -> int:
        """Drop what was accepted up to this position of the hub's log; its ids can then not be recognised here any more."""
        with self._transaction():
            query = "DELETE FROM said WHERE json_extract(answer, '$.receipt.position') <= ?"
            return self._file.execute(query, (position,)).rowcount

    def close(self) -> None:
        self._file.close()

    def _known(self, id: str) -> bool:
        return self._one("SELECT 1 FROM said WHERE id = ?", id) is not None

    def _put(self, statement: Statement) -> bool:
        query = "INSERT INTO said (id, key, event) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        new = self._file.execute(query, (statement.id, statement.key, statement.event)).rowcount == 1
        if not new:
            before = self._file.execute("SELECT event FROM said WHERE id = ?", (statement.id,)).fetchone()
            if before[0] != statement.event:
                raise AlreadySaid(statement.id)
        return new

    def _settle(self, outcome: Outcome) -> bool:
        query = "UPDATE said SET answer = ? WHERE id = ? AND answer IS NULL"
        return self._file.execute(query, (msgspec.json.encode(outcome), outcome.id)).rowcount == 1

    def _one(self, query: str, value: str) -> tuple[Any, ...] | None:
        with self._news:
            row: tuple[Any, ...] | None = self._file.execute(query, (value,)).fetchone()
            return row

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._news:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")
