"""Until which day each name of a restricted subject binds, in memory: so small that a million of them fit into 300 MB."""

import sqlite3
from collections.abc import Iterable
from typing import TypeVar

Name = TypeVar("Name", bound=int | str)

_HELD = "SELECT subject_id, uscc, last_day FROM held WHERE last_day > 0"
_ACCOUNTS = "SELECT account, last_day FROM account JOIN held USING (subject_id) WHERE last_day > 0"


def key(subject_id: str) -> int | str:
    """What stands for a subject: the number of a UUID, because it takes half the memory of its letters."""
    try:
        return int(subject_id.replace("-", ""), 16) if len(subject_id) == 36 else subject_id
    except ValueError:
        return subject_id


class Until:
    """Days are ordinals, as of `date.toordinal`. Readers in other threads see each name before or after a change, never between."""

    def __init__(self) -> None:
        self.of_subject: dict[int | str, int] = {}
        """By `key`."""
        self.of_uscc: dict[str, int] = {}
        self.of_account: dict[str, int] = {}

    @classmethod
    def read(cls, file: sqlite3.Connection) -> "Until":
        """All of a copy's."""
        until, days = cls(), dict[int, int]()
        for subject, uscc, day in file.execute(_HELD):
            # One object for each of a few thousand days, instead of one for each subject.
            last = days.setdefault(day, day)
            until.of_subject[key(subject)] = last
            if uscc is not None and until.of_uscc.get(uscc, 0) < last:
                until.of_uscc[uscc] = last
        until.of_account = {account: days[day] for account, day in file.execute(_ACCOUNTS)}
        return until

    def bind(self, subject_id: str, accounts: Iterable[str], last_day: int) -> None:
        """What a directive says of its subject, and of accounts that are nobody else's; on day 0 it restricts nobody."""
        _set(self.of_subject, key(subject_id), last_day)
        for account in accounts:
            _set(self.of_account, account, last_day)

    def free(self, accounts: Iterable[str]) -> None:
        """They belong to nobody any more."""
        for account in accounts:
            self.of_account.pop(account, None)

    def look_again(self, file: sqlite3.Connection, usccs: Iterable[str]) -> None:
        """After what the file says of these has changed. Several subjects may name one credit code: the longest binds."""
        for code in usccs:
            (last,) = file.execute("SELECT max(last_day) FROM held WHERE uscc = ?", (code,)).fetchone()
            _set(self.of_uscc, code, last or 0)


def _set(known: dict[Name, int], name: Name, last_day: int) -> None:
    if last_day:
        known[name] = last_day
    else:
        known.pop(name, None)
