"""Opening what a listing rests on: recorded by adjudication first, then shown so that it can do nothing to whoever looks."""

import re
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from services.regulator.console.rendering import HEADERS, page
from services.regulator.console.visit import Visit
from services.regulator.console.work.counter import Counter
from services.web import Problem

IMAGES = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)
"""What a browser draws and does not run, told by its first bytes: what a platform called it proves nothing."""
ALONE = {
    **HEADERS,
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def image(content: bytes) -> str | None:
    """The kind of picture that it begins like; None for everything else."""
    return next((kind for begin, kind in IMAGES if begin.match(content)), None)


@get("/work/listings/{listing_id:uuid}/evidence/{sha256:str}", sync_to_thread=True)
def open_evidence(
    visit: NamedDependency[Visit], counter: NamedDependency[Counter], listing_id: FromPath[UUID], sha256: FromPath[str]
) -> Template:
    """The page about it: a picture is shown on it, anything else can be taken away."""
    content = counter.evidence(listing_id, _hash(sha256))
    return page("evidence", visit, listing_id=listing_id, sha256=sha256, size=len(content), picture=image(content) is not None)


@get("/work/listings/{listing_id:uuid}/evidence/{sha256:str}/content", sync_to_thread=True)
def take_evidence(counter: NamedDependency[Counter], listing_id: FromPath[UUID], sha256: FromPath[str]) -> Response[bytes]:
    """The bytes: a picture as what it is, anything else as a file that no browser opens by itself."""
    content = counter.evidence(listing_id, _hash(sha256))
    kind = image(content)
    how = "inline" if kind else f'attachment; filename="{sha256}.bin"'
    return Response(content, media_type=kind or "application/octet-stream", headers=ALONE | {"Content-Disposition": how})


def _hash(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise Problem("not-found")
    return text
