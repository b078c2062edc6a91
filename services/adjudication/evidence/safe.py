"""Where the content of evidence lies: a file under its hash, sealed with AES-GCM under a key of its own, whole or not there at all."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from Crypto.Cipher import AES
from Crypto.Cipher._mode_gcm import GcmMode
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

MOST_BYTES = 20 * 1024 * 1024
_FORM = b"\x01"
_NONCE, _TAG = 12, 16


class Broken(RuntimeError):
    """What lies under a hash is not what was put there: altered, cut off, or sealed with another key."""


class Safe:
    """Any number of processes may use one folder. Nobody without the hub's key can read it, or put anything else in its place."""

    def __init__(self, folder: Path, hub_key: bytes) -> None:
        self._folder, self._hub_key = folder, hub_key

    def put(self, content: bytes) -> str:
        """Keep it; its sha256. On the disk when this returns. Putting the same again is nothing."""
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        nonce = os.urandom(_NONCE)
        sealed, tag = self._cipher(digest, nonce).encrypt_and_digest(content)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            try:
                file.write(_FORM + nonce + tag + sealed)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        _sync(path.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """What was kept under this sha256. FileNotFoundError when nothing was; Broken when it is not what it was."""
        sealed = self._path(digest).read_bytes()
        nonce, tag, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : 1 + _NONCE + _TAG], sealed[1 + _NONCE + _TAG :]
        try:
            content = bytes(self._cipher(digest, nonce).decrypt_and_verify(body, tag))
        except ValueError:
            raise Broken(digest) from None
        if sealed[:1] != _FORM or sha256(content).hexdigest() != digest:
            raise Broken(digest)
        return content

    def _cipher(self, digest: str, nonce: bytes) -> GcmMode:
        """A key for each object: that one is known opens no other."""
        key = HKDF(self._hub_key, 32, bytes.fromhex(digest), SHA256, context=b"liancheng evidence")
        assert isinstance(key, bytes)
        cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
        return cipher.update(digest.encode())

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]


def _sync(folder: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
