"""Whose account is whose, and whether a document is an authority's: what people judge beside listings."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency as Given
from litestar.params import FromPath, JSONBody
from litestar.response import Response
from stdnum.cn import uscc as credit_code

from services.adjudication.api.counter import AccountOf, Because, Clerk, Limit, PageToken, Purpose, Req, Sha256
from services.adjudication.application.reading import Candidates, Reader, Reading
from services.web import Caller, only
from services.web.reading import next_link, purpose, read_cursor, wrong_parameter


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


class Linked(msgspec.Struct, frozen=True):
    """Where an account belongs now."""

    platform: str
    account: str
    subject_id: UUID


class Judgement(Because, frozen=True, forbid_unknown_fields=True):
    """`unsure`: nobody can tell, and it goes on waiting."""

    judgement: Literal["negative", "unsure"] = "negative"


class Judged(msgspec.Struct, frozen=True):
    """A candidate that a person judged."""

    candidate: int
    judgement: Literal["negative", "unsure"]


class Document(Because, frozen=True, forbid_unknown_fields=True):
    """The decision of an authority, by its hash, and whether it is genuine."""

    sha256: Sha256
    genuine: bool


class JudgedDocument(msgspec.Struct, frozen=True):
    """What was judged of the document that a sanction names."""

    weighing: UUID
    genuine: bool


@get("/v1/accounts/candidates", guards=[only("reviewer")], sync_to_thread=True)
def read_candidates(
    request: Req,
    caller: Given[Caller],
    reader: Given[Reader],
    page: PageToken = None,
    limit: Limit = 100,
    why: Purpose = None,
) -> Response[Candidates]:
    """Accounts that may be of the subject with a code, or of whoever has another account: a reviewer links them or says that not."""
    after = read_cursor(page, tuple[int])[0] if page is not None else 0
    found, following = reader.candidates(Reading(caller.code, purpose(request)), after, limit)
    return Response(found, headers=next_link(request, following) if following else {})


@post("/v1/accounts/link", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def link(clerk: Given[Clerk], data: JSONBody[Link]) -> Linked:
    """Link an account to the subject of a credit code, or to another subject, with all that was weighed of it."""
    return msgspec.convert(clerk.commands.link(data.ref, data.target(), clerk.order(data)).answer, Linked)


@post("/v1/accounts/unlink", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def unlink(clerk: Given[Clerk], data: JSONBody[AccountOf]) -> Linked:
    """Take an account back to where it came from, and recall what was wrong."""
    return msgspec.convert(clerk.commands.unlink(data.ref, clerk.order(data)).answer, Linked)


@post("/v1/accounts/candidates/{candidate:int}/dismiss", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def dismiss(clerk: Given[Clerk], candidate: FromPath[int], data: JSONBody[Judgement]) -> Judged:
    """Judge that they are not the same; it outlives whatever platforms say later. Or that nobody can tell."""
    return msgspec.convert(clerk.commands.judge_candidate(candidate, data.judgement, clerk.order(data)).answer, Judged)


@post("/v1/sanctions/{weighing:uuid}/document", guards=[only("regulator")], status_code=200, sync_to_thread=True)
def judge_document(clerk: Given[Clerk], weighing: FromPath[UUID], data: JSONBody[Document]) -> JudgedDocument:
    """Confirm that a platform's sanction carries out this decision of an authority, or take that back. Confirmed, it counts as one."""
    done = clerk.commands.judge_document(weighing, data.sha256, clerk.order(data), genuine=data.genuine)
    return msgspec.convert(done.answer, JudgedDocument)
