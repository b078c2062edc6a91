"""What the receivers of one process have, said line by line to whoever started it."""

import sys
import threading
from collections import Counter

import msgspec

EACH = 100


class Came(msgspec.Struct, frozen=True):
    """The last receiver of this process had it then, by the clock that all processes of the machine share."""

    subject_id: str
    seq: int
    at: float


class Counted(msgspec.Struct, frozen=True):
    """So many of those that are only counted have come to the last receiver of this process."""

    count: int


class Tally:
    """How many receivers have each directive; told by any thread, each receiver once."""

    def __init__(self, receivers: int, bulk: str) -> None:
        """`bulk` begins the names of subjects that are only counted, because to name fifty thousand would be felt by who is measured."""
        self._receivers, self._bulk, self._count = receivers, bulk, 0
        self._lock, self._had = threading.Lock(), Counter[tuple[str, int]]()

    def had(self, subject_id: str, seq: int, at: float) -> None:
        with self._lock:
            self._had[subject_id, seq] += 1
            if self._had[subject_id, seq] < self._receivers:
                return
            if not self._bulk or not subject_id.startswith(self._bulk):
                write(Came(subject_id, seq, at))
                return
            self._count += 1
            if self._count % EACH == 0:
                write(Counted(self._count))


def write(line: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()
