"""What a faithful copy of the directives holds at any moment, and its digest. In memory, pure."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from services.directives.copies.state import EMPTY, WIDTH, State

__all__ = ["EMPTY", "Issued", "Register", "State"]


KEPT = 64
"""States of copies that lifts have overtaken: a hundred readers who stand at a few places are told of a lift at the same time."""


class Issued(NamedTuple):
    """What the register keeps of one directive. `listed`: its tier is above none; `lift`: it made nothing stricter or longer."""

    id: int
    subject_id: UUID
    seq: int
    listed: bool
    lift: bool = False


class _Newest(NamedTuple):
    place: int
    seq: int
    listed: bool


class Register:
    """Every directive of the log in the order of ids, in about 70 bytes each; the words stay in the log.

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
        # Places from 1; 0 is nobody. Of the lifts the place and the id, for those who are given them first.
        self._previous = array("Q")
        self._lift_places, self._lift_ids = array("Q"), array("Q")
        self._newest: dict[UUID, _Newest] = {}
        self._now = EMPTY
        self._kept = lru_cache(KEPT)(self._with_lifts)

    def add(self, issued: Issued) -> None:
        """Ids ascend. A seq that is not higher than the subject's latest is dropped, as every reader drops it."""
        previous = self._newest.get(issued.subject_id)
        if previous is not None:
            if issued.seq <= previous.seq:
                return
            self._superseded_by[previous.place] = issued.id
            if previous.listed:
                self._now = self._now.minus(issued.subject_id, previous.seq)
        if issued.listed:
            self._now = self._now.plus(issued.subject_id, issued.seq)
        place = len(self._ids)
        self._newest[issued.subject_id] = _Newest(place, issued.seq, issued.listed)
        self._previous.append(0 if previous is None else previous.place + 1)
        if issued.lift:
            self._lift_places.append(place)
            self._lift_ids.append(issued.id)
        self._superseded_by.append(0)
        self._listed.append(issued.listed)
        self._digests += self._now.sum
        self._counts.append(self._now.listed)
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
        return self._state(place - 1)

    def state_with_lifts(self, after: int, lifts: int) -> State:
        """The state of a copy that has every directive up to `after`, and of those that follow the lifts up to `lifts`."""
        if lifts <= after:
            return self.state_at(after)
        # Only of what is known can it be kept: what comes later changes nothing before it.
        return self._kept(after, lifts) if lifts <= self.head else self._with_lifts(after, lifts)

    def lifts(self, after: int, upto: int) -> list[int]:
        """The ids of the lifts after the one and up to the other."""
        return list(self._lift_ids[slice(*self._lifts_between(after, upto))])

    def lifted_since(self, position: int, upto: int) -> bool:
        """Whether a lift up to `upto` has superseded the directive with this id."""
        while 0 < (position := self._superseded_by[bisect_right(self._ids, position) - 1]) <= upto:
            first, last = self._lifts_between(position - 1, position)
            if first < last:
                return True
        return False

    def is_newest(self, position: int) -> bool:
        """Whether the directive with this id is its subject's latest."""
        place = bisect_right(self._ids, position) - 1
        return place >= 0 and self._ids[place] == position and self._superseded_by[place] == 0

    def following(self, after: int, limit: int) -> list[int]:
        """The ids after this one, in their order: what changes a copy."""
        place = bisect_right(self._ids, after)
        return list(self._ids[place : place + limit])

    def snapshot(self, upto: int, after: int) -> Iterator[int]:
        """The ids after `after` of the directives that a copy of the state at `upto` consists of."""
        for place in range(bisect_right(self._ids, after), bisect_right(self._ids, upto)):
            if self._listed[place] and not 0 < self._superseded_by[place] <= upto:
                yield self._ids[place]

    def _with_lifts(self, after: int, lifts: int) -> State:
        state, had, counted = self.state_at(after), bisect_right(self._ids, after), set[int]()
        for place in reversed(self._lift_places[slice(*self._lifts_between(after, lifts))]):
            while place >= had and place not in counted:
                # What each directive of the subject changed, up to the last lift: in the sum only the first and the last remain.
                counted.add(place)
                state = state.changed_as(self._state(place - 1), self._state(place))
                if self._previous[place] == 0:
                    break
                place = self._previous[place] - 1
        return state

    def _state(self, place: int) -> State:
        """After the directive at this place; before the first one it is empty."""
        if place < 0:
            return EMPTY
        return State(int.from_bytes(self._digests[place * WIDTH : (place + 1) * WIDTH], "big"), self._counts[place])

    def _lifts_between(self, after: int, upto: int) -> tuple[int, int]:
        return bisect_right(self._lift_ids, after), bisect_right(self._lift_ids, upto)
