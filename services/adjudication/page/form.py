"""The page's forms, read while they arrive: one file at a time is in memory, and none before it is known who sends it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from multipart import MultipartSegment, ParserError, ParserLimitReached, PushMultipartParser, parse_options_header

from services.adjudication.evidence.media import MOST_PIECES
from services.adjudication.evidence.safe import MOST_BYTES
from services.web import Problem

MOST_WORDS = 32 * 1024
"""Bytes of a field: 2,000 characters at four bytes each, and room to say that there are too many."""
MOST_PARTS = MOST_PIECES + 12


class Field(NamedTuple):
    name: str
    text: str


class File(NamedTuple):
    """What somebody chose; a browser sends an empty one where nothing was chosen."""

    media: str
    content: bytes


async def parts(kind: str, body: AsyncIterator[bytes], before_files: Callable[[], Awaitable[None]]) -> AsyncIterator[Field | File]:
    """In the order of the form. `before_files` raises when none may be taken. Problem too-large, bad-length or bad-parameter."""
    segment, content = MultipartSegment([]), bytearray()
    async for it in _events(kind, body):
        if isinstance(it, MultipartSegment):
            segment, content = it, bytearray()
        elif it is not None:
            if not content and segment.filename is not None:
                await before_files()
            content += it
            if segment.filename is None and len(content) > MOST_WORDS:
                raise Problem("bad-length")
        elif (part := _part(segment, content)) is not None:
            yield part


async def _events(kind: str, body: AsyncIterator[bytes]) -> AsyncIterator[MultipartSegment | bytes | None]:
    """A head, its content in pieces, and None at its end."""
    what, options = parse_options_header(kind)
    if what != "multipart/form-data" or not options.get("boundary"):
        raise Problem("bad-parameter")
    try:
        with PushMultipartParser(options["boundary"], max_segment_count=MOST_PARTS, max_segment_size=MOST_BYTES) as parser:
            async for chunk in body:
                for it in parser.parse(chunk) if chunk else ():
                    yield it
    except ParserLimitReached:
        raise Problem("too-large") from None
    except ParserError:
        raise Problem("bad-parameter") from None


def _part(segment: MultipartSegment, content: bytearray) -> Field | File | None:
    if segment.filename is None:
        # A form writes line ends as CRLF, whatever was typed.
        return Field(segment.name or "", content.decode(errors="replace").replace("\r\n", "\n"))
    return File(segment.content_type or "", bytes(content)) if content else None
