"""Weak signals in what members say: the same person's token, the same name. They make candidates for a person, and move nothing."""

import hmac
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from hashlib import sha256

from events.facts.fact import Statement
from services.adjudication.application.records import Signal
from services.adjudication.domain.identity import account_of

REMEMBERED = 100_000
"""Signals that this process has seen: what an account is said to be is said again with every statement about it."""


class Signals:
    """Used by one thread. What it is sure to have said before it does not say again, until it is made anew."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._seen: OrderedDict[Signal, None] = OrderedDict()
        self._told: set[Signal] = set()
        """Of the batch before, which may come again when its transaction failed: it is said again then."""

    def of(self, statements: Iterable[Statement]) -> list[Signal]:
        """Of a batch, once each, in a fixed order: two who write the same wait for one another and not crosswise."""
        these = {signal for statement in statements for signal in self._all(statement)}
        for signal in self._told - these:
            self._remember(signal)
        self._told = {signal for signal in these if signal not in self._seen}
        return sorted(self._told)

    def _all(self, statement: Statement) -> Iterator[Signal]:
        account = account_of(statement)
        if statement.person is not None:
            yield Signal("person", self._digest("person", statement.person), account)
        if statement.name is not None and (name := plain(statement.name)):
            yield Signal("name", self._digest("name", name), account)

    def _digest(self, kind: str, said: str) -> bytes:
        return hmac.digest(self._key, f"signal\0{kind}\0{said}".encode(), sha256)

    def _remember(self, signal: Signal) -> None:
        self._seen[signal] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


def plain(name: str) -> str:
    """Without what differs between two ways of writing the same: width, case, spaces and punctuation."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())
