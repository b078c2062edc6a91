"""The page of auditors: who read what, why and when. Nothing that was read is on it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Template

from services.regulator import query
from services.regulator.application import Reading
from services.regulator.application.trail import Trail, Wanted
from services.regulator.console.rendering import page
from services.regulator.console.visit import Visit
from services.web import Problem
from services.web.reading import cursor, read_cursor, wrong_parameter

ROWS = 50


@get("/audit", sync_to_thread=True)
def show_audit(
    visit: NamedDependency[Visit],
    auditing: NamedDependency[Reading],
    trail: NamedDependency[Trail],
    actor: FromQuery[str] = "",
    subject: FromQuery[str] = "",
    start: Annotated[str, QueryParameter(name="from")] = "",
    end: Annotated[str, QueryParameter(name="to")] = "",
    token: Annotated[str, QueryParameter(name="cursor")] = "",
) -> Template:
    actor, subject = actor.strip()[:64], subject.strip()
    fields: dict[str, Any] = {"actor": actor, "subject": subject, "start": query.field(start), "end": query.field(end)}
    try:
        wanted = Wanted(
            actor or None,
            _subject(subject) if subject else None,
            query.local_moment("from", start) if start else None,
            query.local_moment("to", end) if end else None,
        )
    except Problem:
        return page("audit", visit, 422, wrong="audit.wrong", items=[], next=None, first=True, **fields)
    before = read_cursor(token, tuple[datetime, int]) if token else None
    rows, more = trail.page(auditing, wanted, before, ROWS)
    following = cursor(rows[-1].at, rows[-1].id) if more else None
    return page("audit", visit, wrong=None, items=rows, next=following, first=not token, **fields)


def _subject(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise wrong_parameter("subject", "is a subject id") from None
