"""The pages of the list: the overview, the list as of any moment, and its changes."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Template

from events.facts.fact import Category
from projections.blacklist.read import AsOf, Place
from services.regulator import query
from services.regulator.answers import Entry, changed, entry
from services.regulator.application import Filter, Reader, Reading
from services.regulator.application.figures import Overview
from services.regulator.console.rendering import page
from services.regulator.console.visit import Visit
from services.web import Problem
from services.web.reading import cursor, read_cursor

ROWS = 50
MOST_SOUGHT = 200
_RECENT = timedelta(days=30)

PageToken = Annotated[str, QueryParameter(name="cursor")]


@get("/", sync_to_thread=True)
def show_list(
    visit: NamedDependency[Visit],
    reading: NamedDependency[Reading],
    reader: NamedDependency[Reader],
    tier: FromQuery[str] = "",
    category: FromQuery[str] = "",
    as_of: FromQuery[str] = "",
    q: FromQuery[str] = "",
    token: PageToken = "",
) -> Template:
    q = q.strip()[:MOST_SOUGHT]
    fields: dict[str, Any] = {"tier": tier, "category": category, "as_of": query.field(as_of), "q": q, "how": None}
    fields |= {"tiers": list(query.LISTED), "categories": [one.value for one in Category]}
    try:
        moment = query.not_ahead(query.local_moment("as_of", as_of), reading.at) if as_of else None
        which = Filter(query.tier(tier or None), query.category(category or None), AsOf(moment))
    except Problem:
        return page("list", visit, 422, wrong="filter.wrong", entries=[], total=0, next=None, first=True, **fields)
    if q:
        sought = reader.search(reading, q, which.as_of)
        entries = [one for one in (entry(subject, which.moment(reading.at)) for subject in sought.subjects) if _chosen(one, which)]
        return page("list", visit, wrong=None, entries=entries, total=len(entries), next=None, first=True, **fields | {"how": sought.how})
    after = read_cursor(token, tuple[UUID])[0] if token else None
    found, total = reader.counted_page(reading, which, after, ROWS)
    entries = [entry(subject, which.moment(reading.at)) for subject in found.items]
    following = cursor(found.next) if found.next is not None else None
    return page("list", visit, wrong=None, entries=entries, total=total, next=following, first=not token, **fields)


def _chosen(one: Entry, which: Filter) -> bool:
    return which.tier in (None, *(tier for word, tier in query.LISTED.items() if word == one.tier)) and (
        which.category is None or which.category in one.categories
    )


@get("/changes", sync_to_thread=True)
def show_changes(
    visit: NamedDependency[Visit],
    reading: NamedDependency[Reading],
    reader: NamedDependency[Reader],
    start: Annotated[str, QueryParameter(name="from")] = "",
    end: Annotated[str, QueryParameter(name="to")] = "",
    net: FromQuery[bool] = False,
    token: PageToken = "",
) -> Template:
    fields: dict[str, Any] = {"start": query.field(start), "end": query.field(end), "net": net}
    try:
        until = query.local_moment("to", end) if end else reading.at
        since = query.local_moment("from", start) if start else until - _RECENT
    except Problem:
        return page("changes", visit, 422, wrong="filter.span.wrong", span=None, items=[], next=None, first=True, **fields)
    span = query.Span(since, until, net)
    found = reader.changes(reading, span, Place(*read_cursor(token, tuple[datetime, int])) if token else None, ROWS)
    items = [changed(change, span) for change in found.items]
    following = cursor(*found.next) if found.next is not None else None
    return page("changes", visit, wrong=None, span=span, items=items, next=following, first=not token, **fields)


@get("/overview", sync_to_thread=True)
def show_overview(visit: NamedDependency[Visit], reading: NamedDependency[Reading], overview: NamedDependency[Overview]) -> Template:
    return page("overview", visit, figures=overview.figures(reading))
