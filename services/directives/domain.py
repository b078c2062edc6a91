"""What a faithful copy of the directives holds at any moment, and its digest. In memory, pure."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

_MODULUS = 1 << 256
_WIDTH = 32


def weight(subject_id: UUID, seq: int) -> int:
    """What one directive adds to the digest while it is its subject's latest and its tier is above none."""
    return int.from_bytes(sha256(f"{subject_id}/{seq}".encode()).digest(), "big")


class State(NamedTuple):
    """What a copy holds, in two numbers."""

    digest: int
    listed: int

    @property
    def hexadecimal(self) -> str:
        return f"{self.digest:064x}"

    @property
    def sum(self) -> bytes:
        """The digest as 32 bytes, the highest first."""
        return self.digest.to_bytes(_WIDTH, "big")

    def plus(self, subject_id: UUID, seq: int) -> "State":
        return State((self.digest + weight(subject_id, seq)) % _MODULUS, self.listed + 1)

    def minus(self, subject_id: UUID, seq: int) -> "State":
        return State((self.digest - weight(subject_id, seq)) % _MODULUS, self.listed - 1)


EMPTY = State(0, 0)


class Issued(NamedTuple):
    """What the register keeps of one directive. `listed`: its tier is above none."""

    id: int
    subject_id: UUID
    seq: int
    listed: bool


class _Newest(NamedTuple):
    place: int
    seq: int
    listed: bool


class Register:
    """Every directive of the log in the order of ids, in about 60 bytes each; the words stay in the log.

    One thread adds while others read, without a lock: an entry is there for readers when its id is, which is appended last.
    A snapshot is of one moment however many pages it takes: an entry belongs to the state at S when it was issued by then
    and superseded only later, so what is issued meanwhile changes no page.
    """

    def __init__(self) -> None:
        self._ids = array("Q")
        self._superseded_by = array("Q")
        self._listed = bytearray()
        self._digests = bytearray()
        self._counts = array("Q")
        self._newest: dict[UUID, _Newest] = {}
        self._state = EMPTY

    def add(self, issued: Issued) -> None:
        """Ids ascend. A seq that is not higher than the subject's latest is dropped, as every reader drops it."""
        previous = self._newest.get(issued.subject_id)
        if previous is not None:
            if issued.seq <= previous.seq:
                return
            self._superseded_by[previous.place] = issued.id
            if previous.listed:
                self._state = self._state.minus(issued.subject_id, previous.seq)
        if issued.listed:
            self._state = self._state.plus(issued.subject_id, issued.seq)
        self._newest[issued.subject_id] = _Newest(len(self._ids), issued.seq, issued.listed)
        self._superseded_by.append(0)
        self._listed.append(issued.listed)
        self._digests += self._state.sum
        self._counts.append(self._state.listed)
        self._ids.append(issued.id)

    @property
    def head(self) -> int:
        """The highest id, 0 when there is none."""
        return self._ids[-1] if self._ids else 0

    def behind(self, after: int) -> int:
        """How many directives follow the id."""
        return len(self._ids) - bisect_right(self._ids, after)

    def state_at(self, position: int) -> State:
        """The state after every directive with an id up to the position."""
        place = bisect_right(self._ids, position)
        if place == 0:
            return EMPTY
        digest = int.from_bytes(self._digests[(place - 1) * _WIDTH : place * _WIDTH], "big")
        return State(digest, self._counts[place - 1])

    def following(self, after: int, limit: int) -> list[int]:
        """The ids after this one, in their order: what changes a copy."""
        place = bisect_right(self._ids, after)
        return list(self._ids[place : place + limit])

    def snapshot(self, upto: int, after: int) -> Iterator[int]:
        """The ids after `after` of the directives that a copy of the state at `upto` consists of."""
        for place in range(bisect_right(self._ids, after), bisect_right(self._ids, upto)):
            if self._listed[place] and not 0 < self._superseded_by[place] <= upto:
                yield self._ids[place]
