"""Which kinds of files a merchant may hand in, and whether content is of the kind that it is called. Pure."""

from collections.abc import Callable, Mapping

from services.adjudication.evidence.safe import MOST_BYTES

MOST_PIECES, MOST_TOGETHER = 20, 5 * MOST_BYTES
"""Of the holder of one notice."""


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _text(content: bytes) -> bool:
    try:
        return b"\0" not in content and bool(content.decode())
    except UnicodeDecodeError:
        return False


KINDS: Mapping[str, Callable[[bytes], bool]] = {
    "image/jpeg": _begins(b"\xff\xd8\xff"),
    "image/png": _begins(b"\x89PNG\r\n\x1a\n"),
    "image/webp": lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP",
    "application/pdf": _begins(b"%PDF-"),
    "text/plain": _text,
    "video/mp4": lambda content: content[4:8] == b"ftyp",
    "audio/mpeg": _begins(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
}
"""What photos, scans, letters and recordings are. Nothing that runs."""


def media_of(header: str | None, content: bytes) -> str | None:
    """The kind, without parameters; None when it is none of these, or the content is something else."""
    kind = (header or "").partition(";")[0].strip().lower()
    return kind if kind in KINDS and KINDS[kind](content) else None
