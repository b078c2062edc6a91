"""The directives that were read last, in memory and in words: what is new is told to a hundred readers and put into words once."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from events.facts.directive import DirectiveIssued
from events.wire.directive import Directive, cloudevent, directive_id

KEPT = 5_000
READ_AGAIN = 2_000
"""Older ones that are kept beside: who is behind is behind together with others, and what one had read the others need."""


class Worded(NamedTuple):
    """A directive as a CloudEvent for nobody in particular, and each platform's accounts."""

    fact: DirectiveIssued
    event: Mapping[str, Any]
    data: Directive
    accounts: Mapping[str, Sequence[str]]


def worded(fact: DirectiveIssued) -> Worded:
    accounts: dict[str, list[str]] = {}
    for account in fact.accounts:
        accounts.setdefault(account.platform, []).append(account.account)
    event = cloudevent(fact, directive_id(fact), accounts=())
    return Worded(fact, event, event["data"], accounts)


def addressed(words: Worded, platform: str) -> dict[str, Any]:
    """As this platform is told it."""
    own = replace(words.data, your_accounts=words.accounts.get(platform, ()))
    return {**words.event, "source": f"/hub/{platform}", "data": own}


class Recent:
    """One thread adds while others look."""

    def __init__(self, kept: int = KEPT) -> None:
        self._facts: dict[int, DirectiveIssued | Worded] = {}
        self._order: deque[int] = deque()
        self._kept = kept
        self._older: dict[int, Worded] = {}

    def add(self, position: int, fact: DirectiveIssued) -> None:
        self._facts[position] = fact
        self._order.append(position)
        if len(self._order) > self._kept:
            self._facts.pop(self._order.popleft(), None)

    def get(self, position: int) -> DirectiveIssued | None:
        found = self._facts.get(position)
        return found.fact if isinstance(found, Worded) else found

    def keep(self, words: Mapping[int, Worded]) -> None:
        """What has been read again of the log. Any thread."""
        older = self._older
        if len(older) + len(words) > READ_AGAIN:
            older = dict(list(older.items())[READ_AGAIN // 2 :])
        self._older = {**older, **words}

    def words(self, position: int) -> Worded | None:
        """Whoever asks first puts it into words."""
        found = self._facts.get(position) or self._older.get(position)
        if isinstance(found, DirectiveIssued):
            words = worded(found)
            if position in self._facts:
                self._facts[position] = words
            return words
        return found
