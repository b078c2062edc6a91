"""A platform's own copy of all directives: it answers from memory, survives a restart, and can prove that it is complete."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Lock

import msgspec

from events.client.follow.directive import Directive

SCHEMA = """
CREATE TABLE IF NOT EXISTS directive (subject_id TEXT PRIMARY KEY, state BLOB NOT NULL, answered INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (one INTEGER PRIMARY KEY CHECK (one = 1), token TEXT NOT NULL);
"""


class Replica:
    """One writer, any number of readers in other threads. `:memory:` forgets when the process ends."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        self._lock = Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.executescript(SCHEMA)
        self._load()

    @property
    def token(self) -> str | None:
        """Where the feed goes on; None when there is no copy yet."""
        return self._token

    @property
    def digest(self) -> str:
        return f"{self._sum:064x}"

    @property
    def count(self) -> int:
        """Subjects whose latest directive has a tier above none."""
        return self._count

    def agrees(self, digest: str, count: int) -> bool:
        """Whether the hub, at the same token, has the same subjects at the same numbers."""
        return self._count == count and self._sum == int(digest, 16)

    def restriction(
        self, day: date, *, uscc: str | None = None, account: str | None = None, subject_id: str | None = None
    ) -> Directive | None:
        """The directive with a measure in force on `day` for whom any of the keys names; None is freedom."""
        for subject in (subject_id, self._of_uscc.get(uscc or ""), self._of_account.get(account or "")):
            held = self._held.get(subject or "")
            if held is not None and held.in_force(day):
                return held
        return None

    def apply(self, directives: Sequence[Directive], token: str) -> list[Directive]:
        """Take the news and remember the token, in one transaction. An equal or lower seq is dropped; the rest is returned."""
        news = []
        with self._transaction():
            for directive in directives:
                held = self._held.get(directive.subject_id)
                if held is None or directive.seq > held.seq:
                    self._put(directive)
                    news.append(directive)
            self._remember(token)
        return news

    def replace(self, directives: Iterable[Directive], token: str) -> list[Directive]:
        """A snapshot is the whole truth: what it does not name is free. Gives what changed by it.

        The seq of the freed is kept, so that an older directive that is still on some road cannot bind them again.
        """
        news = []
        with self._transaction():
            left = {subject for subject, held in self._held.items() if held.restricts}
            for directive in directives:
                left.discard(directive.subject_id)
                held = self._held.get(directive.subject_id)
                if held is None or held.seq != directive.seq:
                    self._put(directive)
                    news.append(directive)
            for subject in left:
                freed = Directive(
                    subject_id=subject, seq=self._held[subject].seq, tier="none", your_accounts=self._held[subject].your_accounts
                )
                self._put(freed)
                news.append(freed)
            self._remember(token)
        return news

    def unanswered(self) -> list[Directive]:
        """Latest directives that nobody has acknowledged yet, also those of before a restart. Lifts come first."""
        with self._lock:
            rows = self._file.execute("SELECT state FROM directive WHERE answered = 0").fetchall()
        found = [msgspec.json.decode(row[0], type=Directive) for row in rows]
        return sorted(found, key=lambda directive: directive.restricts)

    def answered(self, directive: Directive) -> None:
        """Unless a newer one has come meanwhile, which then waits for its own answer."""
        with self._transaction():
            held = self._held[directive.subject_id]
            if held.seq == directive.seq:
                self._file.execute("UPDATE directive SET answered = 1 WHERE subject_id = ?", (held.subject_id,))

    def close(self) -> None:
        self._file.close()

    def _load(self) -> None:
        self._held: dict[str, Directive] = {}
        self._of_uscc: dict[str, str] = {}
        self._of_account: dict[str, str] = {}
        self._sum, self._count = 0, 0
        for row in self._file.execute("SELECT state FROM directive"):
            self._index(msgspec.json.decode(row[0], type=Directive))
        row = self._file.execute("SELECT token FROM progress").fetchone()
        self._token: str | None = row[0] if row else None

    def _put(self, directive: Directive) -> None:
        self._file.execute("REPLACE INTO directive VALUES (?, ?, 0)", (directive.subject_id, msgspec.json.encode(directive)))
        self._index(directive)

    def _index(self, directive: Directive) -> None:
        subject, before = directive.subject_id, self._held.get(directive.subject_id)
        if before is not None and before.restricts:
            self._weigh(before, -1)
        if directive.restricts:
            self._weigh(directive, +1)
        self._held[subject] = directive
        for account in before.your_accounts if before else ():
            if self._of_account.get(account) == subject:
                del self._of_account[account]
        self._of_account.update(dict.fromkeys(directive.your_accounts, subject))
        if directive.uscc is not None:
            self._of_uscc[directive.uscc] = subject

    def _weigh(self, directive: Directive, sign: int) -> None:
        number = int.from_bytes(sha256(f"{directive.subject_id}/{directive.seq}".encode()).digest(), "big")
        self._sum = (self._sum + sign * number) % (1 << 256)
        self._count += sign

    def _remember(self, token: str) -> None:
        if token != self._token:
            self._file.execute("REPLACE INTO progress VALUES (1, ?)", (token,))
        self._token = token

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._file.execute("ROLLBACK")
                self._load()
                raise
            self._file.execute("COMMIT")
