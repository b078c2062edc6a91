"""A platform's own copy of all directives: it answers from memory, survives a restart, and can prove that it is complete."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import msgspec

from events.client.follow.directive import Directive
from events.client.follow.until import Until, key
from events.client.reading import reader

SCHEMA_VERSION = 2
# What is asked all the time, and read whole at a start, lies apart from what is only shown.
SCHEMA = f"""
CREATE TABLE held (
    subject_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, restricts INTEGER NOT NULL, uscc TEXT, last_day INTEGER NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX held_uscc ON held (uscc) WHERE uscc IS NOT NULL;
CREATE INDEX held_unanswered ON held (restricts, subject_id) WHERE answered = 0;
CREATE TABLE account (account TEXT PRIMARY KEY, subject_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX account_subject ON account (subject_id);
CREATE TABLE state (subject_id TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshot (subject_id TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), token TEXT, sum TEXT NOT NULL, count INTEGER NOT NULL);
INSERT INTO progress VALUES (1, NULL, '0', 0);
PRAGMA user_version = {SCHEMA_VERSION};
"""
STAGED = (
    "SELECT s.state, k.state, h.seq, h.restricts FROM snapshot s LEFT JOIN state k USING (subject_id) LEFT JOIN held h USING (subject_id)"
)
HELD = "SELECT seq, restricts, uscc, account FROM held LEFT JOIN account USING (subject_id) WHERE subject_id = ?"
TABLES = ("held", "account", "state", "snapshot", "progress", "directive")

_directive = reader(Directive)


class _Held(NamedTuple):
    """What the copy knows of a subject; of nobody it knows a zero."""

    seq: int
    restricts: bool
    uscc: str | None
    accounts: tuple[str, ...]


class Replica:
    """One writer, any number of readers in other threads. `:memory:` forgets when the process ends."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        self._lock, self._exact = Lock(), False
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        if self._file.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            # A copy in an older form begins again with a snapshot.
            self._file.executescript("".join(f"DROP TABLE IF EXISTS {table};" for table in TABLES) + SCHEMA)
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

    def proof(self) -> tuple[str, str, int] | None:
        """Token, digest and count of one moment, whoever writes meanwhile; None while the copy is ahead of its token, or has none."""
        with self._lock:
            return (self._token, self.digest, self._count) if self._exact and self._token is not None else None

    def agrees(self, digest: str, count: int) -> bool:
        """Whether the hub, at the same token, has the same subjects at the same numbers."""
        return self._count == count and self.digest == digest

    def is_restricted(self, day: date, *, uscc: str = "", account: str = "", subject_id: str = "") -> bool:
        """Whether any measure is in force on `day` (Asia/Shanghai) for whom any of the keys names. From memory, in a microsecond."""
        ordinal, until = day.toordinal(), self._until
        last = until.of_uscc.get(uscc, 0), until.of_account.get(account, 0), until.of_subject.get(key(subject_id), 0) if subject_id else 0
        return max(last) >= ordinal

    def restriction(
        self, day: date, *, uscc: str | None = None, account: str | None = None, subject_id: str | None = None
    ) -> Directive | None:
        """The directive with a measure in force on `day` for whom any of the keys names; None is freedom."""
        if not self.is_restricted(day, uscc=uscc or "", account=account or "", subject_id=subject_id or ""):
            return None
        query = (
            "SELECT state FROM state WHERE subject_id IN (SELECT ? UNION SELECT subject_id FROM held WHERE uscc = ?"
            " UNION SELECT subject_id FROM account WHERE account = ?)"
        )
        rows = self._rows(query, (subject_id, uscc, account))
        found = (_directive(row[0]) for row in rows)
        return next((directive for directive in found if directive.in_force(day)), None)

    def directive(self, subject_id: str) -> Directive | None:
        """The last one about a subject, of whatever tier."""
        rows = self._rows("SELECT state FROM state WHERE subject_id = ?", (subject_id,))
        return _directive(rows[0][0]) if rows else None

    def apply(
        self, directives: Sequence[Directive], token: str | None, *, accounts: bool = True, proof: tuple[str, str, int] | None = None
    ) -> int:
        """Take the news and remember the token, in one transaction. An equal or lower seq is dropped; gives how many were news.

        Without a token the place in the feed stays. Without `accounts` they came by a way that does not know yours (the topic): those that
        the subject is known under stay with it until another way names others. The token of a `proof` is not remembered when it comes
        late: nothing was news, and the copy has another digest.
        """
        with self._transaction():
            news = sum(self._take(directive, accounts) for directive in directives)
            if proof is not None and (news or self.agrees(*proof[1:])):
                token = proof[0]
            self._remember(self._token if token is None else token)
            self._exact = token is not None or (self._exact and not news)
        return news

    def stage(self, directives: Iterable[Directive], *, first: bool) -> None:
        """Keep a page of a snapshot aside; the copy stays in force until `replace`. `first` forgets an earlier attempt."""
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            if first:
                self._file.execute("DELETE FROM snapshot")
            rows = ((directive.subject_id, msgspec.json.encode(directive)) for directive in directives)
            self._file.executemany("REPLACE INTO snapshot VALUES (?, ?)", rows)
            self._file.execute("COMMIT")

    def replace(self, token: str) -> int:
        """The snapshot that was staged is the whole truth: what it does not name is free. Gives how many subjects changed by it.

        The seq of the freed is kept, so that an older directive that is still on some road cannot bind them again.
        """
        changed = 0
        with self._transaction():
            left = "SELECT subject_id FROM held WHERE restricts AND subject_id NOT IN (SELECT subject_id FROM snapshot)"
            for (subject,) in self._file.execute(left).fetchall():
                held = self._held(subject)
                self._put(Directive(subject, held.seq, "none", your_accounts=held.accounts), held)
                changed += 1
            for state, known, seq, restricts in self._file.execute(STAGED):
                directive = _directive(state)
                # All of it is compared: a copy may be wrong at the right number.
                if (known, seq, restricts) != (state, directive.seq, directive.restricts):
                    self._put(directive, self._held(directive.subject_id))
                    changed += 1
            self._file.execute("DELETE FROM snapshot")
            self._count_anew()
            self._remember(token)
            self._exact = True
        return changed

    def unanswered(self) -> Iterator[Directive]:
        """Latest directives that nobody has acknowledged yet, also those of before a restart. Lifts come first."""
        query = (
            "SELECT restricts, subject_id, state FROM held JOIN state USING (subject_id)"
            " WHERE answered = 0 AND (restricts, subject_id) > (?, ?) ORDER BY restricts, subject_id LIMIT 500"
        )
        place = (-1, "")
        while rows := self._rows(query, place):
            yield from (_directive(state) for *_, state in rows)
            place = rows[-1][:2]

    def answered(self, directive: Directive) -> None:
        """Unless a newer one has come meanwhile, which then waits for its own answer."""
        with self._lock:
            self._file.execute("UPDATE held SET answered = 1 WHERE (subject_id, seq) = (?, ?)", (directive.subject_id, directive.seq))

    def close(self) -> None:
        self._file.close()

    def _load(self) -> None:
        self._token: str | None
        self._count: int
        self._token, total, self._count = self._file.execute("SELECT token, sum, count FROM progress").fetchone()
        self._sum = int(total, 16)
        # Whether the token says what the copy holds. After a start nobody knows, until the feed has been asked.
        self._exact = False
        self._until = Until.read(self._file)

    def _rows(self, query: str, values: Sequence[object]) -> list[Any]:
        with self._lock:
            return self._file.execute(query, values).fetchall()

    def _held(self, subject: str) -> _Held:
        rows = self._file.execute(HELD, (subject,)).fetchall()
        if not rows:
            return _Held(0, False, None, ())
        seq, restricts, uscc, _ = rows[0]
        return _Held(seq, bool(restricts), uscc, tuple(account for *_, account in rows if account is not None))

    def _take(self, directive: Directive, accounts: bool) -> bool:
        """When it is news: a higher number, or the one that is held, now with the accounts that the way it came by did not know."""
        held = self._held(directive.subject_id)
        if not accounts:
            directive = msgspec.structs.replace(directive, your_accounts=held.accounts)
        if directive.seq < held.seq or (directive.seq == held.seq and set(directive.your_accounts) == set(held.accounts)):
            return False
        self._put(directive, held)
        return True

    def _put(self, directive: Directive, held: _Held) -> None:
        subject, day = directive.subject_id, directive.last_day
        before, accounts = set(held.accounts), set(directive.your_accounts)
        if held.restricts:
            self._weigh(subject, held.seq, -1)
        if directive.restricts:
            self._weigh(subject, directive.seq, +1)
        row = (subject, directive.seq, directive.restricts, directive.uscc, day)
        self._file.execute("REPLACE INTO held VALUES (?, ?, ?, ?, ?, 0)", row)
        self._file.execute("REPLACE INTO state VALUES (?, ?)", (subject, msgspec.json.encode(directive)))
        if accounts != before:
            self._file.execute("DELETE FROM account WHERE subject_id = ?", (subject,))
            self._file.executemany("REPLACE INTO account VALUES (?, ?)", [(account, subject) for account in accounts])
        self._until.bind(subject, accounts, day)
        self._until.free(before - accounts)
        self._until.look_again(self._file, {code for code in (held.uscc, directive.uscc) if code is not None})

    def _count_anew(self) -> None:
        """From what the copy holds, and not from what it was counted to hold: a file that was damaged is mended by a snapshot too."""
        self._sum = self._count = 0
        for subject, seq in self._file.execute("SELECT subject_id, seq FROM held WHERE restricts"):
            self._weigh(subject, seq, +1)

    def _weigh(self, subject: str, seq: int, sign: int) -> None:
        number = int.from_bytes(sha256(f"{subject}/{seq}".encode()).digest(), "big")
        self._sum = (self._sum + sign * number) % (1 << 256)
        self._count += sign

    def _remember(self, token: str | None) -> None:
        self._file.execute("UPDATE progress SET token = ?, sum = ?, count = ?", (token, self.digest, self._count))
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
