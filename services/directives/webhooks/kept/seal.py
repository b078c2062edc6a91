"""The secrets of webhooks as they lie in the database: sealed with AES-GCM, each for its platform."""

import os
from base64 import b64encode
from hashlib import sha256

from Crypto.Cipher import AES
from Crypto.Cipher._mode_gcm import GcmMode

_NONCE, _TAG = 12, 16


class Broken(RuntimeError):
    """Not what was sealed for this platform: altered, moved from another, or sealed with another key."""


class Seal:
    """Any number of threads may use it."""

    def __init__(self, key: bytes) -> None:
        self._key = sha256(b"liancheng/webhook/seal" + key).digest()

    def close(self, code: str, secret: str) -> bytes:
        nonce = os.urandom(_NONCE)
        sealed, tag = self._cipher(code, nonce).encrypt_and_digest(secret.encode())
        return nonce + tag + sealed

    def open(self, code: str, sealed: bytes) -> str:
        """Broken when it was not sealed for this platform under this key."""
        nonce, tag, body = sealed[:_NONCE], sealed[_NONCE : _NONCE + _TAG], sealed[_NONCE + _TAG :]
        try:
            return self._cipher(code, nonce).decrypt_and_verify(body, tag).decode()
        except ValueError:
            raise Broken(code) from None

    def _cipher(self, code: str, nonce: bytes) -> GcmMode:
        return AES.new(self._key, AES.MODE_GCM, nonce=nonce).update(code.encode())


def fresh_secret() -> str:
    """As Standard Webhooks writes it."""
    return f"whsec_{b64encode(os.urandom(32)).decode()}"
