"""Until which day each name of a restricted subject binds, in memory: so small that a million of them fit into 300 MB."""

import sqlite3
from collections.abc import Iterable
from typing import TypeVar

Name = TypeVar("Name", bound=int | str)

_HELD = "SELECT subject_id, uscc, last_day FROM held WHERE last_day > 0"
_OF_ACCOUNT = "SELECT last_day FROM account JOIN held USING (subject_id) WHERE account = ?"
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

    def look_again(self, file: sqlite3.Connection, usccs: Iterable[str], accounts: Iterable[str], subjects: Iterable[str]) -> None:
        """After what the file says of these has changed. Several subjects may name one credit code: the longest binds."""
        for code in usccs:
            _set(self.of_uscc, code, file.execute("SELECT max(last_day) FROM held WHERE uscc = ?", (code,)).fetchone())
        for account in accounts:
            _set(self.of_account, account, file.execute(_OF_ACCOUNT, (account,)).fetchone())
        for subject in subjects:
            _set(self.of_subject, key(subject), file.execute("SELECT last_day FROM held WHERE subject_id = ?", (subject,)).fetchone())


def _set(known: dict[Name, int], name: Name, row: tuple[int | None] | None) -> None:
    if row is not None and row[0]:
        known[name] = row[0]
    else:
        known.pop(name, None)
