"""Many facts in one Kafka record: how the relay packs them and a follower takes them out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Union

import msgspec

from events.catalogue import CATALOGUE, Catalogue
from events.facts.fact import Fact

MAX_ENVELOPE_BYTES = 512 * 1024
"""Of facts, beside a few bytes a fact of our own; a topic takes 1 MiB."""


class NotAnEnvelope(ValueError):
    """The record is none of the relay's, or was damaged on the way. The store still has its facts."""


class Span(msgspec.Struct, frozen=True):
    """Which ids an envelope carries, and which came before them in this topic-partition."""

    first: int
    last: int
    previous: int
    epoch: int
    count: int

    def headers(self) -> list[tuple[str, bytes]]:
        return [(name, str(value).encode()) for name, value in msgspec.structs.asdict(self).items()]

    @classmethod
    def of(cls, headers: Iterable[tuple[str, bytes]]) -> "Span":
        """From a record's headers; NotAnEnvelope when one is missing or no number."""
        found = dict(headers)
        try:
            return cls(*(int(found[name]) for name in cls.__struct_fields__))
        except (KeyError, ValueError) as wrong:
            raise NotAnEnvelope(f"headers {sorted(found)}: {wrong}") from None


def pack(facts: Sequence[tuple[int, bytes]]) -> bytes:
    """A JSON array of [id, fact], from states that are JSON already."""
    return b"[" + b",".join(b"[%d,%b]" % fact for fact in facts) + b"]"


def cut(facts: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """Facts in order, in pieces that each fit an envelope."""
    piece: list[tuple[int, bytes]] = []
    size = 0
    for notification_id, state in facts:
        if piece and size + len(state) > MAX_ENVELOPE_BYTES:
            yield piece
            piece, size = [], 0
        piece.append((notification_id, state))
        size += len(state)
    if piece:
        yield piece


class Unpacker:
    """Takes facts out of envelopes, all of one record in one call of the decoder while every name is known."""

    def __init__(self, catalogue: Catalogue = CATALOGUE) -> None:
        self._catalogue = catalogue
        known: Any = Union[tuple(catalogue.classes.values())]  # noqa: UP007  # a union made at run time has no other spelling
        self._fast: msgspec.json.Decoder[list[tuple[int, Fact]]] = msgspec.json.Decoder(list[tuple[int, known]])
        self._slow = msgspec.json.Decoder(list[tuple[int, msgspec.Raw]])
        self._name = msgspec.json.Decoder(dict[str, Any])

    def unpack(self, value: bytes) -> list[tuple[int, Fact]]:
        """Facts with their ids. Raises UnknownFact for a name of a newer hub, NotAnEnvelope for rubbish."""
        try:
            return self._fast.decode(value)
        except msgspec.MsgspecError:
            return self._one_by_one(value)

    def _one_by_one(self, value: bytes) -> list[tuple[int, Fact]]:
        """An older name needs upcasting, a newer one has to be named."""
        try:
            return [
                (notification_id, self._catalogue.decode(self._name.decode(raw)["fact"], bytes(raw)))
                for notification_id, raw in self._slow.decode(value)
            ]
        except (msgspec.MsgspecError, KeyError) as wrong:
            raise NotAnEnvelope(str(wrong)) from None
