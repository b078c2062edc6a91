"""The pages: the list, its changes, and a subject's dossier."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Template

from events.facts.fact import Category
from projections.blacklist.read import AsOf
from services.regulator import query
from services.regulator.answers import Entry, changed, entry
from services.regulator.application import Filter, Reader, Reading
from services.regulator.console.rendering import Visit, page
from services.regulator.console.story import tell
from services.regulator.console.texts import Texts
from services.regulator.figures import Overview
from services.regulator.masking import natural
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
    fields: dict[str, Any] = {"tier": tier, "category": category, "as_of": as_of, "q": q, "how": None}
    fields |= {"tiers": list(query.LISTED), "categories": [one.value for one in Category]}
    try:
        moment = query.not_ahead(query.local_moment("as_of", as_of), reading.at) if as_of else None
        which = Filter(query.tier(tier or None), query.category(category or None), AsOf(moment))
    except Problem:
        return page("list", visit, 422, wrong="filter.wrong", entries=[], total=0, next=None, first=True, **fields)
    if q:
        sought = reader.search(reading, q)
        entries = [one for one in (entry(subject, reading.at) for subject in sought.subjects) if _chosen(one, which)]
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
    token: PageToken = "",
) -> Template:
    try:
        until = query.local_moment("to", end) if end else reading.at
        since = query.local_moment("from", start) if start else until - _RECENT
    except Problem:
        return page("changes", visit, 422, wrong="filter.span.wrong", items=[], next=None, first=True, start=start, end=end)
    found = reader.changes(reading, since, until, read_cursor(token, tuple[int])[0] if token else 0, ROWS)
    items = [changed(change) for change in found.items]
    following = cursor(found.next) if found.next is not None else None
    return page("changes", visit, wrong=None, items=items, next=following, first=not token, start=start, end=end)


@get("/overview", sync_to_thread=True)
def show_overview(visit: NamedDependency[Visit], reading: NamedDependency[Reading], overview: NamedDependency[Overview]) -> Template:
    return page("overview", visit, figures=overview.figures(reading))


@get("/subjects/{subject_id:uuid}", sync_to_thread=True)
def show_dossier(
    visit: NamedDependency[Visit],
    reading: NamedDependency[Reading],
    reader: NamedDependency[Reader],
    subject_id: FromPath[UUID],
    after: Annotated[int, QueryParameter(ge=0, le=2**63 - 1)] = 0,
) -> Template:
    dossier = reader.dossier(reading, subject_id, after)
    if dossier is None:
        raise Problem("not-found")
    subject = dossier.subject
    steps = [tell(step, Texts(visit.language), natural=natural(subject.kind, subject.uscc)) for step in dossier.steps]
    return page(
        "dossier",
        visit,
        read_at=reading.at,
        entry=entry(subject, reading.at),
        appeal=subject.appeal,
        merged_into=subject.merged_into,
        accounts=dossier.accounts,
        steps=steps,
        score=dossier.score,
        points=dossier.points,
        enforced=dossier.enforced,
        next=dossier.next,
        first=after == 0,
    )
