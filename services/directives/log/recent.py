"""The directives that were read last, in memory: what is new is told to a hundred readers and read from the database once."""

from collections import deque

from events.facts.directive import DirectiveIssued

KEPT = 5_000


class Recent:
    """One thread adds while others look."""

    def __init__(self, kept: int = KEPT) -> None:
        self._facts: dict[int, DirectiveIssued] = {}
        self._order: deque[int] = deque()
        self._kept = kept

    def add(self, position: int, fact: DirectiveIssued) -> None:
        self._facts[position] = fact
        self._order.append(position)
        if len(self._order) > self._kept:
            self._facts.pop(self._order.popleft(), None)

    def get(self, position: int) -> DirectiveIssued | None:
        return self._facts.get(position)

    def __getitem__(self, position: int) -> DirectiveIssued:
        return self._facts[position]
