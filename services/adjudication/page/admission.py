"""What the page's forms carry in place of the token: sealed, good for two hours, and worth nothing to whoever finds the page later."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from Crypto.Cipher import AES
from Crypto.Cipher._mode_gcm import GcmMode

TERM = timedelta(hours=2)
_NONCE, _TAG, _MOMENT = 12, 16, 8
_MOST = 1000


class Over(Exception):
    """It was sealed here, and its time has run out."""


class Admission:
    """The same in every process that has the hub's key; nothing is kept. Any number of threads may use it."""

    def __init__(self, hub_key: bytes, randomness: Callable[[int], bytes] = os.urandom) -> None:
        self._key, self._randomness = sha256(b"liancheng/page" + hub_key).digest(), randomness

    def seal(self, token: str, now: datetime) -> str:
        nonce = self._randomness(_NONCE)
        said = int((now + TERM).timestamp()).to_bytes(_MOMENT) + token.encode()
        sealed, tag = self._cipher(nonce).encrypt_and_digest(said)
        return urlsafe_b64encode(nonce + tag + sealed).decode()

    def open(self, text: str, now: datetime) -> str | None:
        """The token; None for what was never sealed here, Over when it was for too long."""
        if len(text) > _MOST or not text.isascii():
            return None
        try:
            raw = urlsafe_b64decode(text)
            said = self._cipher(raw[:_NONCE]).decrypt_and_verify(raw[_NONCE + _TAG :], raw[_NONCE : _NONCE + _TAG])
        except ValueError:
            return None
        if int.from_bytes(said[:_MOMENT]) < now.timestamp():
            raise Over
        return said[_MOMENT:].decode()

    def _cipher(self, nonce: bytes) -> GcmMode:
        return AES.new(self._key, AES.MODE_GCM, nonce=nonce)
