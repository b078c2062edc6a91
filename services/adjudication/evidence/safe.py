"""What keeps the content of evidence: sealed with AES-GCM under a key of its own, which is gone when its seal is."""

import os
from hashlib import sha256

from Crypto.Cipher import AES
from Crypto.Cipher._mode_gcm import GcmMode
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from services.adjudication.evidence.places import Place

MOST_BYTES = 20 * 1024 * 1024
_FORM = b"\x01"
_NONCE, _TAG = 12, 16
SEAL_BYTES = 32


class Broken(RuntimeError):
    """What lies under a hash is not what was put there: altered, cut off, or sealed otherwise."""


class Safe:
    """Nobody without the hub's key *and* the seal of the content can read it, or put anything else in its place.

    The seals are rows of the database: once one is erased, no copy of the object opens any more, in whatever backup of the place.
    """

    def __init__(self, place: Place, hub_key: bytes) -> None:
        self._place, self._hub_key = place, hub_key

    def put(self, content: bytes, seal: bytes) -> str:
        """Keep it; its sha256. There for good when this returns. Putting the same again is nothing."""
        digest = sha256(content).hexdigest()
        name = name_of(digest, seal)
        if not self._place.holds(name):
            nonce = os.urandom(_NONCE)
            sealed, tag = self._cipher(digest, seal, nonce).encrypt_and_digest(content)
            self._place.put(name, _FORM + nonce + tag + sealed)
        return digest

    def get(self, digest: str, seal: bytes) -> bytes:
        """What was kept under this sha256. Missing when nothing was; Broken when it is not what it was."""
        sealed = self._place.get(name_of(digest, seal))
        nonce, tag, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : 1 + _NONCE + _TAG], sealed[1 + _NONCE + _TAG :]
        try:
            content = bytes(self._cipher(digest, seal, nonce).decrypt_and_verify(body, tag))
        except ValueError:
            raise Broken(digest) from None
        if sealed[:1] != _FORM or sha256(content).hexdigest() != digest:
            raise Broken(digest)
        return content

    def _cipher(self, digest: str, seal: bytes, nonce: bytes) -> GcmMode:
        """A key for each object: that one is known opens no other."""
        key = HKDF(self._hub_key, 32, seal, SHA256, context=b"liancheng evidence")
        assert isinstance(key, bytes)
        cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
        return cipher.update(digest.encode())


def name_of(digest: str, seal: bytes) -> str:
    """Another one for each seal, so that removing what was erased never meets what was handed in since.

    What was kept before there were seals is sealed by its own hash.
    """
    mark = "" if seal == bytes.fromhex(digest) else f".{sha256(seal).hexdigest()[:16]}"
    return f"{digest[:2]}/{digest[2:]}{mark}"
