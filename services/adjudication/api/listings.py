"""Reading: listings with their whole procedure, the rules, and the conditions of every step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency as Given
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from services.adjudication.api.counter import OFFICIALS, Limit, ListingId, PageToken, Purpose, Req
from services.adjudication.application.reading import Listings, Reader, Reading
from services.adjudication.application.records import Waits
from services.adjudication.application.shown import ShownListing
from services.adjudication.domain.decide.guards import GUARDS
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.legislation.adoption import RULEBOOK_GUARDS
from services.web import Caller, Problem
from services.web.reading import next_link, purpose, read_cursor

ChosenState = Annotated[
    Literal["proposed", "released", "served", "decided", "rejected", "ended"] | None,
    QueryParameter(name="state", description="Only listings in this state."),
]
OnlyHeld = Annotated[bool, QueryParameter(name="held", description="Only listings that the breaker holds: they wait for a person.")]
Waiting = Annotated[Waits | None, QueryParameter(name="waits", description="Only open listings that wait for a person with this.")]


@get("/v1/listings", guards=[OFFICIALS], sync_to_thread=True)
def read_listings(
    request: Req,
    caller: Given[Caller],
    reader: Given[Reader],
    chosen: ChosenState = None,
    held: OnlyHeld = False,
    waits: Waiting = None,
    page: PageToken = None,
    limit: Limit = 100,
    why: Purpose = None,
) -> Response[Listings]:
    """Listings, the newest first; closed ones too unless a state is named. Each read is audited with its purpose."""
    before = read_cursor(page, tuple[datetime, UUID]) if page is not None else None
    found, following = reader.listings(Reading(caller.code, purpose(request)), chosen, before, limit, waits="held" if held else waits)
    return Response(found, headers=next_link(request, following) if following else {})


@get("/v1/listings/{listing_id:uuid}", guards=[OFFICIALS], sync_to_thread=True)
def read_listing(
    request: Req, caller: Given[Caller], reader: Given[Reader], listing_id: ListingId, why: Purpose = None
) -> Response[ShownListing]:
    """One listing with its whole procedure, and its ETag. Each read is audited with its purpose."""
    found = reader.listing(Reading(caller.code, purpose(request)), listing_id)
    return Response(found, headers={"ETag": found.tag})


@get("/v1/rulebooks/{version:str}", security=[{}], sync_to_thread=False)
def read_rulebook(books: Given[Mapping[str, Rulebook]], version: FromPath[str]) -> Rulebook:
    """A version of the rules, as it is applied. Public."""
    if version not in books:
        raise Problem("not-found")
    return books[version]


@get("/v1/guards", security=[{}], sync_to_thread=False)
def read_guards() -> dict[str, list[dict[str, str]]]:
    """Every step of the procedure with the conditions that it has to meet. Public."""
    steps = {**GUARDS, **RULEBOOK_GUARDS}
    return {step: [{"code": g.code, "zh": g.zh, "en": g.en} for g in guards] for step, guards in steps.items()}
