"""Tokens: a place in a feed, opaque to those who keep it and exact to the hub. Pure."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated, Any

import msgspec

Id = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
Sum = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
_CHECK = 4


class NotAToken(ValueError):
    """Not one of ours, cut short, or of another feed."""


class Token(msgspec.Struct, frozen=True, array_like=True):
    """A place in the log of this epoch. As text it is what members keep."""

    epoch: Id

    def __str__(self) -> str:
        body = msgspec.msgpack.encode(self)
        return _text(body + _check(body))


class Place(Token, frozen=True, array_like=True, tag=1):
    """The reader's copy holds every directive up to the id `after`, and of what follows the lifts up to the id `lifts`."""

    after: Id
    lifts: Id = 0
    round: Id = 0
    """How often the hub had asked this platform to begin again when the copy was begun."""

    # Many readers stand at one place.
    __str__ = lru_cache(256)(Token.__str__)


class Part(Token, frozen=True, array_like=True, tag=2):
    """The reader has had a snapshot of the state at `upto` as far as `after`: so many directives, with this digest."""

    upto: Id
    after: Id
    count: Id
    digest: Sum
    round: Id = 0


class NoticePlace(Token, frozen=True, array_like=True, tag=3):
    """The reader has had every notice up to the id `after`."""

    after: Id


class EffectPlace(Token, frozen=True, array_like=True, tag=4):
    """How far the reader has come in each partition of the view of effects."""

    generation: Id
    positions: dict[Id, Id]


def parse(text: str, kinds: Any) -> Any:
    """The token that was given out, of this kind (a class, or a union of them); NotAToken for anything else.

    Whether it is still good is for its feed to say.
    """
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise NotAToken(text) from None
    # Of the bytes, not of what they mean: a token of an earlier version lacks what was added since.
    if _check(raw[:-_CHECK]) != raw[-_CHECK:] or _text(raw) != text:
        raise NotAToken(text)
    try:
        return msgspec.msgpack.decode(raw[:-_CHECK], type=kinds)
    except msgspec.MsgspecError:
        raise NotAToken(text) from None


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _check(body: bytes) -> bytes:
    """Against slips of the hand, not against forgers: a made-up token shows its maker nothing that is not his to see."""
    return blake2b(body, digest_size=_CHECK).digest()
