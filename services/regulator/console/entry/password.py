"""The page on which people change their own password."""

import asyncio
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from services.regulator.console.entry.accounts import SHORTEST
from services.regulator.console.entry.login import Door
from services.regulator.console.entry.session import Session
from services.regulator.console.rendering import page
from services.regulator.console.visit import Visit
from services.web import Problem

_SAID = {"unauthorized": "password.wrong", "bad-parameter": "password.weak", "too-many-requests": "login.too.many"}


@get("/password", sync_to_thread=False)
def show_password(visit: NamedDependency[Visit], session: NamedDependency[Session]) -> Template:
    if not session.lent:
        raise Problem("not-found")
    return page("password", visit, wrong=None, done=False, shortest=SHORTEST)


@post("/password", status_code=200)
async def change_password(
    request: Request[Any, Any, Any], visit: NamedDependency[Visit], session: NamedDependency[Session], door: NamedDependency[Door],
    form: NamedDependency[dict[str, str]],
) -> Template:  # fmt: skip
    if not session.lent:
        raise Problem("not-found")
    try:
        await asyncio.to_thread(door.names.spend, visit.actor)
        await asyncio.to_thread(door.accounts.change, visit.actor, form.get("old", ""), form.get("new", ""))
    except Problem as problem:
        if problem.code not in _SAID:
            raise
        return page("password", visit, problem.status, wrong=_SAID[problem.code], done=False, shortest=SHORTEST)
    return page("password", visit, wrong=None, done=True, shortest=SHORTEST)
