"""A ZIP with one file and its manifest, made while it is sent: little of it is in memory at a time."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import IO


class Sink:
    """Takes what is written until it is sent on."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing: it is sent on by whoever takes it."""

    def take(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


class Summed:
    """Counts and hashes what goes through it. A file to whoever writes only."""

    closed = False

    def __init__(self, to: IO[bytes]) -> None:
        self._to, self.size, self._digest = to, 0, sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self._digest.update(data)
        return self._to.write(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._to.flush()

    def close(self) -> None:
        """Nothing: the archive ends its member itself."""


Write = Callable[[Summed], Iterator[int]]
"""Writes the file bit by bit; what it yields are the rows written since."""


def pieces(
    name: str, at: datetime, write: Write, manifest: Callable[[int, Summed], bytes], *, squeezed: bool, before: Iterator[int] | None = None
) -> Iterator[bytes]:
    """The archive. The manifest comes last: a copy that broke off has none. `squeezed`: it is small already.

    `before`: what has to be done before anything of the file can be written; a record of it goes out meanwhile, since whoever stands
    between this process and a reader ends what is silent for a minute.
    """
    sink, rows = Sink(), 0
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]
        if before is not None:
            with archive.open(_member("record.txt", at, squeezed=True), "w") as record:
                for written in before:
                    rows += written
                    record.write(f"{rows}\n".encode())
                    yield sink.take()
        with archive.open(_member(name, at, squeezed=squeezed), "w", force_zip64=True) as member:
            content = Summed(member)
            for written in write(content):
                rows += written
                yield sink.take()
        archive.writestr(_member("manifest.json", at, squeezed=False), manifest(rows, content))
    yield sink.take()


def _member(name: str, at: datetime, *, squeezed: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED if squeezed else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
