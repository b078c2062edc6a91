"""Evidence over HTTP: a platform hands the content in, whoever decides opens it."""

import asyncio
from typing import Any

from litestar import Request, Response, Router, get, put
from litestar.di import NamedDependency as Given
from litestar.params import FromPath

from services.adjudication.api import OFFICIALS
from services.adjudication.api.counter import ListingId, Purpose
from services.adjudication.evidence.application import Evidence, Stored
from services.adjudication.evidence.safe import MOST_BYTES
from services.web import Caller, Problem, only
from services.web.reading import purpose


@put("/v1/evidence/{evidence:str}", guards=[only("platform", "authority")], request_max_body_size=MOST_BYTES)
async def hand_in(
    request: Request[Any, Any, Any], caller: Given[Caller], keeper: Given[Evidence | None], evidence: FromPath[str]
) -> Response[Stored]:
    """The content of what was submitted under this number, as bytes: 201, or 200 when it is kept already. At most 20 MiB."""
    if keeper is None:
        raise Problem("unavailable", "This hub keeps no evidence.")
    stored, new = await asyncio.to_thread(keeper.hand_in, caller.code, evidence, await request.body())
    return Response(stored, status_code=201 if new else 200)


@get("/v1/listings/{listing_id:uuid}/evidence/{sha256:str}", guards=[OFFICIALS], sync_to_thread=True)
def open_evidence(
    request: Request[Any, Any, Any],
    caller: Given[Caller],
    keeper: Given[Evidence | None],
    listing_id: ListingId,
    sha256: FromPath[str],
    why: Purpose = None,
) -> Response[bytes]:
    """The content of evidence that the listing's dossier names. That you have opened it is kept: nobody decides on what he has not seen."""
    if keeper is None:
        raise Problem("unavailable", "This hub keeps no evidence.")
    opened = keeper.open(listing_id, sha256, caller.code, purpose(request))
    # Never shown by the browser itself, whatever it is called: a platform chose the name.
    headers = {
        "Content-Disposition": f'attachment; filename="{sha256}"',
        "X-Content-Type-Options": "nosniff",
        "Liancheng-Media": opened.media,
    }
    return Response(opened.content, media_type="application/octet-stream", headers=headers)


EVIDENCE = Router("/", route_handlers=[hand_in, open_evidence])
