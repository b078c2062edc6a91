"""Where requests come in: what every change and every read names beside its own, and the way to where it is decided."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from litestar import Request
from litestar.di import NamedDependency as Given
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response import Response

from events.facts.dossier import AccountRef
from events.facts.member import MemberClass
from services.adjudication.application.commands import Commands, Order, Step
from services.adjudication.application.shown import ShownListing
from services.adjudication.domain.draft import Person
from services.web import Caller, Problem, only
from services.web.commands import command_key, expected_tag, fingerprint

Req = Request[Any, Any, Any]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Proofs = Annotated[tuple[Sha256, ...], msgspec.Meta(max_length=20)]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Items on a page.")]
PageToken = Annotated[str | None, QueryParameter(name="cursor", description="From the Link header of the page before.")]
Purpose = Annotated[str | None, HeaderParameter(name="Liancheng-Purpose", description="What it is read for. Required; kept in the audit.")]
Key = Annotated[str | None, HeaderParameter(name="Idempotency-Key", description="The command's id. Required.")]
Tag = Annotated[str | None, HeaderParameter(name="If-Match", description="The ETag that a listing was read with. Required of officials.")]
ListingId = FromPath[UUID]

OFFICERS: tuple[MemberClass, ...] = ("reviewer", "approver", "panel")
OFFICIALS = only(*OFFICERS, "regulator")
SPEAKERS = only("reviewer", "clerk", "platform")
"""Who speaks for a subject, beside the subject itself."""


class Because(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every change has its reason."""

    reason: Words


class Plea(Because, frozen=True, forbid_unknown_fields=True):
    """What is said for a subject, with the sha256 of what is handed in."""

    evidence: Proofs = ()


class AccountOf(Because, frozen=True, forbid_unknown_fields=True):
    """An account on a platform."""

    platform: str
    account: str

    @property
    def ref(self) -> AccountRef:
        return AccountRef(self.platform, self.account)


class Taken(msgspec.Struct, frozen=True):
    """What was said for the subject was taken to the file."""

    listing_id: UUID


Changed = ShownListing | Taken


class Clerk(NamedTuple):
    """Takes a request to where it is decided."""

    request: Req
    caller: Caller
    commands: Commands

    def order(self, body: Because, *, tagged: bool = False) -> Order:
        if not body.reason.strip():
            raise Problem("reason-required")
        mark = fingerprint(self.request.method, self.request.url.path, body)
        tag = expected_tag(self.request) if tagged else None
        return Order(Person(self.caller.code, self.caller.member_class), command_key(self.request), body.reason, mark, tag)

    def about(self, listing_id: UUID, body: Because, step: Step, *, counted: bool = False) -> Response[Changed]:
        """Whoever speaks for the subject has not read the file: only officials name a tag, and see what came of it."""
        if self.caller.member_class in ("platform", "clerk"):
            self.commands.about(listing_id, self.order(body), step)
            return Response(Taken(listing_id))
        done = self.commands.about(listing_id, self.order(body, tagged=True), step, counted=counted)
        shown = msgspec.convert(done.answer, ShownListing)
        return Response(shown, headers={"ETag": shown.tag})


def provide_clerk(request: Req, caller: Given[Caller], commands: Given[Commands], key: Key = None, tag: Tag = None) -> Clerk:
    """The headers are declared for the interface's description; those that count are read by `order`."""
    return Clerk(request, caller, commands)
