"""The regulator's HTTP interface: the list as of any moment, and how it changed."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, HeaderParameter, QueryParameter
from litestar.response import Response

from events.facts.fact import Category
from projections.blacklist.read import Place
from services.regulator import query
from services.regulator.answers import Blacklist, ChangedList, changed, entry
from services.regulator.application import Filter, Reader, Reading
from services.regulator.query import Span
from services.web import Caller, only
from services.web.reading import cursor, next_link, purpose, read_cursor

Clock = Callable[[], datetime]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Items on a page.")]
PageToken = Annotated[str | None, QueryParameter(name="cursor", description="From the Link header of the page before.")]
Why = Annotated[str | None, HeaderParameter(name="Liancheng-Purpose", description="What it is read for. Required; kept in the audit.")]


def provide_reading(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], clock: NamedDependency[Clock], why: Why = None
) -> Reading:
    """`why` is declared for the interface's description; the one that counts is decoded by `purpose`."""
    return Reading(caller.code, purpose(request), clock())


@get("/v1/blacklist", sync_to_thread=True)
def read_blacklist(
    request: Request[Any, Any, Any],
    reading: NamedDependency[Reading],
    reader: NamedDependency[Reader],
    tier: FromQuery[Literal["restricted", "blacklisted"] | None] = None,
    category: FromQuery[Category | None] = None,
    as_of: Annotated[str | None, QueryParameter(description="A moment (RFC 3339) or a position in the log.")] = None,
    page: PageToken = None,
    limit: Limit = 100,
) -> Response[Blacklist]:
    """Who is restricted or blacklisted, in the order of subject ids. Each read is audited with its purpose."""
    which = Filter(query.tier(tier), category, query.as_of(as_of, reading.at))
    after = read_cursor(page, tuple[UUID])[0] if page is not None else None
    found = reader.page(reading, which, after, limit)
    moment = which.moment(reading.at)
    at = moment if which.as_of.position is None else which.as_of.position
    headers = next_link(request, cursor(found.next)) if found.next is not None else {}
    return Response(Blacklist([entry(subject, moment) for subject in found.items], at), headers=headers)


@get("/v1/blacklist/changes", sync_to_thread=True)
def read_changes(
    request: Request[Any, Any, Any],
    reading: NamedDependency[Reading],
    reader: NamedDependency[Reader],
    start: Annotated[str, QueryParameter(name="from", description="Changes after this moment (RFC 3339).")],
    end: Annotated[str | None, QueryParameter(name="to", description="And until this one; now when left out.")] = None,
    net: Annotated[bool, QueryParameter(description="Only whose place is another at the end than at the start, once each.")] = False,
    page: PageToken = None,
    limit: Limit = 100,
) -> Response[ChangedList]:
    """How the list changed, oldest first. Each read is audited with its purpose."""
    until = reading.at if end is None else query.moment("to", end)
    after = Place(*read_cursor(page, tuple[datetime, int])) if page is not None else None
    span = Span(query.moment("from", start), until, net)
    found = reader.changes(reading, span, after, limit)
    headers = next_link(request, cursor(*found.next)) if found.next is not None else {}
    return Response(ChangedList([changed(change, span) for change in found.items]), headers=headers)


API = Router(
    "/",
    route_handlers=[read_blacklist, read_changes],
    guards=[only("regulator")],
    dependencies={"reading": Provide(provide_reading, sync_to_thread=False)},
)
