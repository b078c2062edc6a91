"""Evidence over HTTP: a platform or the holder of a notice hands the content in, whoever decides opens it."""

import asyncio
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from litestar import Request, Response, Router, get, put
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import FromPath, PathParameter

from services.adjudication.api import OFFICIALS
from services.adjudication.api.counter import ListingId, Purpose
from services.adjudication.api.merchant import provide_holder
from services.adjudication.application.merchant.holder import Holder
from services.adjudication.evidence.application import Evidence, Stored
from services.adjudication.evidence.opening import Opening, Pieces
from services.adjudication.evidence.safe import MOST_BYTES
from services.web import Caller, Problem, only
from services.web.reading import purpose

T = TypeVar("T")
Digest = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="sha256 of the content.")]


@put("/v1/evidence/{evidence:str}", guards=[only("platform", "authority")], request_max_body_size=MOST_BYTES)
async def hand_in(
    request: Request[Any, Any, Any], caller: Given[Caller], keeper: Given[Evidence | None], evidence: FromPath[str]
) -> Response[Stored]:
    """The content of what was submitted under this number, as bytes: 201, or 200 when it is kept already. At most 20 MiB.

    Where the statement carries a time stamp (RFC 3161), it is verified against the authorities that this hub trusts.
    """
    stored, new = await asyncio.to_thread(_there(keeper).hand_in, caller.code, evidence, await request.body())
    return Response(stored, status_code=201 if new else 200)


@put(
    "/v1/merchant/evidence/{sha256:str}",
    request_max_body_size=MOST_BYTES,
    dependencies={"holder": Provide(provide_holder, sync_to_thread=True)},
)
async def plead(request: Request[Any, Any, Any], holder: Given[Holder], keeper: Given[Evidence | None], sha256: Digest) -> Response[Stored]:
    """With the token of a notice: content to be named in an objection, an appeal or an application for repair, by its sha256.

    201, or 200 when it is kept already. At most 20 MiB each, 20 pieces and 100 MiB for one notice; images, PDF, plain text, MP4, MP3.
    """
    kind, content = request.headers.get("content-type"), await request.body()
    stored, new = await asyncio.to_thread(_there(keeper).plead, holder, sha256, kind, content)
    return Response(stored, status_code=201 if new else 200)


@get("/v1/listings/{listing_id:uuid}/evidence", guards=[OFFICIALS], sync_to_thread=True)
def read_pieces(
    request: Request[Any, Any, Any], caller: Given[Caller], opening: Given[Opening | None], listing_id: ListingId, why: Purpose = None
) -> Pieces:
    """Everything that the listing's dossier names: what is kept, since when it verifiably exists, and what you have opened."""
    return _there(opening).pieces(listing_id, caller.code, purpose(request))


@get("/v1/listings/{listing_id:uuid}/evidence/{sha256:str}", guards=[OFFICIALS], sync_to_thread=True)
def open_evidence(
    request: Request[Any, Any, Any],
    caller: Given[Caller],
    opening: Given[Opening | None],
    listing_id: ListingId,
    sha256: FromPath[str],
    why: Purpose = None,
) -> Response[bytes]:
    """The content of evidence that the listing's dossier names. That you have opened it is kept: nobody decides on what he has not seen."""
    content, kept = _there(opening).open(listing_id, sha256, caller.code, purpose(request))
    # Never shown by the browser itself, whatever it is called: a platform chose the name.
    headers = {
        "Content-Disposition": f'attachment; filename="{sha256}"',
        "X-Content-Type-Options": "nosniff",
        "Liancheng-Media": quote(kept.media, safe="/+;= "),
    }
    if kept.stamped_at is not None:
        headers |= {"Liancheng-Stamped-At": kept.stamped_at.isoformat(), "Liancheng-Stamped-By": quote(kept.stamped_by or "", safe=" =,.")}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _there(part: T | None) -> T:
    if part is None:
        raise Problem("unavailable", "This hub keeps no evidence.")
    return part


EVIDENCE = Router("/", route_handlers=[hand_in, plead, read_pieces, open_evidence])
