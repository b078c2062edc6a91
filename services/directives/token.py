"""Tokens: a place in a feed, opaque to those who keep it and exact to the hub. Pure."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from struct import Struct

import msgspec

FEEDS = {"directives": 1, "notices": 2, "effects": 3}
_PLACE = Struct(">BIQ")
_SNAPSHOT = Struct(">QI32s")
_CHECK = 4


class NotAToken(ValueError):
    """Not one of ours, cut short, or of another feed."""


class Snapshot(msgspec.Struct, frozen=True):
    """How far a reader is in a snapshot of the state at `upto`: the digest and the count of what it has had so far."""

    upto: int
    count: int
    digest: int


class Token(msgspec.Struct, frozen=True):
    """The reader has had everything up to the notification id `after`, in the log of this epoch."""

    feed: str
    epoch: int
    after: int
    snapshot: Snapshot | None = None

    def __str__(self) -> str:
        body = _PLACE.pack(FEEDS[self.feed], self.epoch, self.after)
        if self.snapshot is not None:
            body += _SNAPSHOT.pack(self.snapshot.upto, self.snapshot.count, self.snapshot.digest.to_bytes(32, "big"))
        return urlsafe_b64encode(body + _check(body)).rstrip(b"=").decode()


def parse(text: str, feed: str) -> Token:
    """The token that was given out; NotAToken for anything else. Whether it is still good is for its feed to say."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise NotAToken(text) from None
    body, check = raw[:-_CHECK], raw[-_CHECK:]
    if len(body) not in (_PLACE.size, _PLACE.size + _SNAPSHOT.size) or check != _check(body):
        raise NotAToken(text)
    number, epoch, after = _PLACE.unpack_from(body)
    if number != FEEDS[feed]:
        raise NotAToken(text)
    if len(body) == _PLACE.size:
        return Token(feed, epoch, after)
    upto, count, digest = _SNAPSHOT.unpack_from(body, _PLACE.size)
    return Token(feed, epoch, after, Snapshot(upto, count, int.from_bytes(digest, "big")))


def _check(body: bytes) -> bytes:
    """Against slips of the hand, not against forgers: a made-up token shows its maker nothing that is not his to see."""
    return blake2b(body, digest_size=_CHECK).digest()
