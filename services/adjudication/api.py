"""The HTTP interface of adjudication: listings and what people do with them, whose account is whose, and the rules themselves."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Response
from stdnum.cn import uscc as credit_code

from events.facts.dossier import AccountRef
from events.facts.fact import Measure
from events.facts.listing import Terms
from events.facts.member import MemberClass
from services.adjudication.application.commands import Commands, Order, Step
from services.adjudication.application.reading import Candidates, Listings, Reader, Reading
from services.adjudication.application.shown import ShownListing
from services.adjudication.domain.decide import listing as steps
from services.adjudication.domain.decide.guards import GUARDS
from services.adjudication.domain.draft import Person
from services.adjudication.domain.law.rulebook import Rulebook
from services.web import Caller, Problem, only
from services.web.commands import command_key, expected_tag, fingerprint
from services.web.reading import next_link, purpose, read_cursor, wrong_parameter

Req = Request[Any, Any, Any]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Items on a page.")]
PageToken = Annotated[str | None, QueryParameter(name="cursor", description="From the Link header of the page before.")]
Purpose = Annotated[str | None, HeaderParameter(name="Liancheng-Purpose", description="What it is read for. Required; kept in the audit.")]
Key = Annotated[str | None, HeaderParameter(name="Idempotency-Key", description="The command's id. Required.")]
Tag = Annotated[str | None, HeaderParameter(name="If-Match", description="The ETag that a listing was read with. Required of officials.")]
ListingId = FromPath[UUID]
ChosenState = Annotated[
    Literal["proposed", "released", "served", "decided", "rejected", "ended"] | None,
    QueryParameter(name="state", description="Only listings in this state."),
]


class Because(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every change has its reason."""

    reason: Words


class Decision(Because, frozen=True, forbid_unknown_fields=True):
    """`approve: false` turns the proposal down. Term and measures where they are not the rulebook's own."""

    approve: bool = True
    months: int | None = None
    measures: tuple[Measure, ...] = ()


class Answer(Because, frozen=True, forbid_unknown_fields=True):
    """Of an objection."""

    upheld: bool


class Ending(Because, frozen=True, forbid_unknown_fields=True):
    """`wrongful`: it should never have been."""

    why: Literal["revoked", "wrongful"]


class RepairDecision(Because, frozen=True, forbid_unknown_fields=True):
    """Whether the subject is taken off."""

    granted: bool


class AccountOf(Because, frozen=True, forbid_unknown_fields=True):
    """An account on a platform."""

    platform: str
    account: str

    @property
    def ref(self) -> AccountRef:
        return AccountRef(self.platform, self.account)


class Link(AccountOf, frozen=True, forbid_unknown_fields=True):
    """To a subject, by exactly one of these."""

    uscc: str | None = None
    subject_id: UUID | None = None

    def target(self) -> UUID | str:
        if self.subject_id is not None and self.uscc is None:
            return self.subject_id
        if self.subject_id is None and self.uscc is not None and credit_code.is_valid(self.uscc):
            return credit_code.compact(self.uscc)
        raise wrong_parameter("uscc", "a valid credit code, or a subject_id, and not both")


class Taken(msgspec.Struct, frozen=True):
    """What a platform said for the subject was taken to the file."""

    listing_id: UUID


Changed = ShownListing | Taken


class Linked(msgspec.Struct, frozen=True):
    """Where an account belongs now."""

    platform: str
    account: str
    subject_id: UUID


class Dismissed(msgspec.Struct, frozen=True):
    """A candidate that a person judged."""

    candidate: int
    judgement: Literal["negative"]


OFFICERS: tuple[MemberClass, ...] = ("reviewer", "approver", "panel")
OFFICIALS = only(*OFFICERS, "regulator")


# -- reading ---------------------------------------------------------------------------------------------------------


@get("/v1/listings", guards=[OFFICIALS], sync_to_thread=True)
def read_listings(
    request: Req,
    caller: Given[Caller],
    reader: Given[Reader],
    chosen: ChosenState = None,
    page: PageToken = None,
    limit: Limit = 100,
    why: Purpose = None,
) -> Response[Listings]:
    """Listings, the newest first; closed ones too unless a state is named. Each read is audited with its purpose."""
    before = read_cursor(page, tuple[datetime, UUID]) if page is not None else None
    found, following = reader.listings(Reading(caller.code, purpose(request)), chosen, before, limit)
    return Response(found, headers=next_link(request, following) if following else {})


@get("/v1/listings/{listing_id:uuid}", guards=[OFFICIALS], sync_to_thread=True)
def read_listing(
    request: Req, caller: Given[Caller], reader: Given[Reader], listing_id: ListingId, why: Purpose = None
) -> Response[ShownListing]:
    """One listing with its whole procedure, and its ETag. Each read is audited with its purpose."""
    found = reader.listing(Reading(caller.code, purpose(request)), listing_id)
    return Response(found, headers={"ETag": found.tag})


@get("/v1/accounts/candidates", guards=[only("reviewer")], sync_to_thread=True)
def read_candidates(
    request: Req,
    caller: Given[Caller],
    reader: Given[Reader],
    page: PageToken = None,
    limit: Limit = 100,
    why: Purpose = None,
) -> Response[Candidates]:
    """Accounts whose platform named a second credit code: a reviewer links them or dismisses it."""
    after = read_cursor(page, tuple[int])[0] if page is not None else 0
    found, following = reader.candidates(Reading(caller.code, purpose(request)), after, limit)
    return Response(found, headers=next_link(request, following) if following else {})


@get("/v1/rulebooks/{version:str}", security=[{}], sync_to_thread=False)
def read_rulebook(books: Given[Mapping[str, Rulebook]], version: FromPath[str]) -> Rulebook:
    """A version of the rules, as it is applied. Public."""
    if version not in books:
        raise Problem("not-found")
    return books[version]


@get("/v1/guards", security=[{}], sync_to_thread=False)
def read_guards() -> dict[str, list[dict[str, str]]]:
    """Every step of the procedure with the conditions that it has to meet. Public."""
    return {step: [{"code": g.code, "zh": g.zh, "en": g.en} for g in guards] for step, guards in GUARDS.items()}


# -- what people do with a listing -------------------------------------------------------------------------------------


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

    def about(self, listing_id: UUID, body: Because, step: Step) -> Response[Changed]:
        """A platform speaks for the subject without having read the file: only officials name a tag, and see what came of it."""
        if self.caller.member_class == "platform":
            self.commands.about(listing_id, self.order(body), step)
            return Response(Taken(listing_id))
        shown = msgspec.convert(self.commands.about(listing_id, self.order(body, tagged=True), step).answer, ShownListing)
        return Response(shown, headers={"ETag": shown.tag})


def provide_clerk(request: Req, caller: Given[Caller], commands: Given[Commands], key: Key = None, tag: Tag = None) -> Clerk:
    """The headers are declared for the interface's description; those that count are read by `order`."""
    return Clerk(request, caller, commands)


@post("/v1/listings/{listing_id:uuid}/release", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def release(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Hand the notice of a proposal out; again when nobody could deliver it."""
    return clerk.about(listing_id, data, steps.release)


@post("/v1/listings/{listing_id:uuid}/decide", guards=[only("approver")], status_code=200, sync_to_thread=True)
def decide(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Decision]) -> Response[Changed]:
    """Decide after the hearing. Blacklisting takes two approvers, who approve the same."""
    step = partial(steps.decide, terms=Terms(months=data.months, measures=data.measures)) if data.approve else steps.reject
    return clerk.about(listing_id, data, step)


@post("/v1/listings/{listing_id:uuid}/reject", guards=[only(*OFFICERS)], status_code=200, sync_to_thread=True)
def reject(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Turn a proposal down, at any time before it is decided."""
    return clerk.about(listing_id, data, steps.reject)


@post("/v1/listings/{listing_id:uuid}/objections", guards=[only("reviewer", "platform")], status_code=200, sync_to_thread=True)
def lodge_objection(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Object on the subject's behalf: silence does not decide any more, and what is in force is shown as contested."""
    return clerk.about(listing_id, data, steps.lodge_objection)


@post("/v1/listings/{listing_id:uuid}/objections/answer", guards=[only(*OFFICERS)], status_code=200, sync_to_thread=True)
def answer_objections(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Answer]) -> Response[Changed]:
    """Answer what was objected, as another person. Upheld, it turns the proposal down or revokes the listing."""
    return clerk.about(listing_id, data, partial(steps.answer_objections, upheld=data.upheld))


@post("/v1/listings/{listing_id:uuid}/end", guards=[only(*OFFICERS)], status_code=200, sync_to_thread=True)
def end(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Ending]) -> Response[Changed]:
    """End a listing that should not be. Two persons, for the same cause."""
    return clerk.about(listing_id, data, partial(steps.end, why=data.why))


@post("/v1/listings/{listing_id:uuid}/repair", guards=[only("reviewer", "platform")], status_code=200, sync_to_thread=True)
def apply_for_repair(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Ask on the subject's behalf to be taken off, after the minimum term."""
    return clerk.about(listing_id, data, steps.apply_for_repair)


@post("/v1/listings/{listing_id:uuid}/repair/decide", guards=[only("approver")], status_code=200, sync_to_thread=True)
def decide_repair(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[RepairDecision]) -> Response[Changed]:
    """Granted, publicity, sharing and measures end together."""
    return clerk.about(listing_id, data, partial(steps.decide_repair, granted=data.granted))


# -- whose account it is ---------------------------------------------------------------------------------------------


@post("/v1/accounts/link", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def link(clerk: Given[Clerk], data: JSONBody[Link]) -> Linked:
    """Link an account to the subject of a credit code, or to another subject, with all that was weighed of it."""
    return msgspec.convert(clerk.commands.link(data.ref, data.target(), clerk.order(data)).answer, Linked)


@post("/v1/accounts/unlink", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def unlink(clerk: Given[Clerk], data: JSONBody[AccountOf]) -> Linked:
    """Take an account back to where it came from, and recall what was wrong."""
    return msgspec.convert(clerk.commands.unlink(data.ref, clerk.order(data)).answer, Linked)


@post("/v1/accounts/candidates/{candidate:int}/dismiss", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def dismiss(clerk: Given[Clerk], candidate: FromPath[int], data: JSONBody[Because]) -> Dismissed:
    """Judge that the account is not of the subject with that code; it outlives what its platform says later."""
    return msgspec.convert(clerk.commands.dismiss(candidate, clerk.order(data)).answer, Dismissed)


API = Router(
    "/",
    dependencies={"clerk": Provide(provide_clerk, sync_to_thread=False)},
    route_handlers=[
        read_listings, read_listing, read_candidates, read_rulebook, read_guards, release, decide, reject, lodge_objection,
        answer_objections, end, apply_for_repair, decide_repair, link, unlink, dismiss,
    ],
)  # fmt: skip
