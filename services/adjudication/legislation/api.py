"""The HTTP interface to the making of rules: versions in public, drafts by reviewers, their adoption by approvers."""

from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from services.adjudication.api import Because, Clerk, provide_clerk
from services.adjudication.legislation.commands import Legislation, ShownVersion, Versions
from services.web import only

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Toml = Annotated[str, msgspec.Meta(min_length=1, max_length=131_072)]


class Draft(Because, frozen=True, forbid_unknown_fields=True):
    """A version as TOML, in the form of the shipped ones: GET /v1/rulebooks/{version}/text."""

    text: Toml


class Adoption(Because, frozen=True, forbid_unknown_fields=True):
    """`sha256` of the text that was read and tried: another text is not adopted by mistake."""

    sha256: Digest


@get("/v1/rulebooks", security=[{}], sync_to_thread=True)
def read_versions(legislation: Given[Legislation]) -> Versions:
    """Every version of the rules, drafts too, and which one is in force. Public."""
    return legislation.versions()


@get("/v1/rulebooks/{version:str}/text", security=[{}], sync_to_thread=True, media_type="application/toml")
def read_text(legislation: Given[Legislation], version: FromPath[str]) -> Response[str]:
    """A version as it was written, drafts too. Public."""
    return Response(legislation.text(version), media_type="application/toml; charset=utf-8")


@post("/v1/rulebooks", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def draft(clerk: Given[Clerk], legislation: Given[Legislation], data: JSONBody[Draft]) -> ShownVersion:
    """Draft a version, or write its draft anew. Refused unless every case has exactly one answer."""
    return msgspec.convert(legislation.draft(data.text, clerk.order(data)).answer, ShownVersion)


@post("/v1/rulebooks/{version:str}/adopt", guards=[only("approver")], status_code=200, sync_to_thread=True)
def adopt(clerk: Given[Clerk], legislation: Given[Legislation], version: FromPath[str], data: JSONBody[Adoption]) -> ShownVersion:
    """Adopt and announce a draft of somebody else's that was tried on the log, at least seven whole days ahead."""
    return msgspec.convert(legislation.adopt(version, data.sha256, clerk.order(data)).answer, ShownVersion)


@post("/v1/rulebooks/{version:str}/withdraw", guards=[only("approver")], status_code=200, sync_to_thread=True)
def withdraw(clerk: Given[Clerk], legislation: Given[Legislation], version: FromPath[str], data: JSONBody[Because]) -> ShownVersion:
    """Take a version back before it is in force."""
    return msgspec.convert(legislation.withdraw(version, clerk.order(data)).answer, ShownVersion)


API = Router(
    "/",
    dependencies={"clerk": Provide(provide_clerk, sync_to_thread=False)},
    route_handlers=[read_versions, read_text, draft, adopt, withdraw],
)
