"""The routes: feeds of directives, notices and effects; coverage; what a platform tells of itself."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, get, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, Parameter
from litestar.response import Response, Stream

from projections.casefile.read import Effect
from services.directives.application import Directives, Feeds
from services.directives.copies.compare import Compared, Copies, CopyDigest
from services.directives.log.tail import Bell
from services.directives.notices.notice import Notice
from services.directives.pace import Pace
from services.directives.platforms import Coverage, Effects, Members, Platform, Profile
from services.directives.stream import Source, follow
from services.directives.token import Part, Place
from services.web import Caller, Credentials, Problem, only
from services.web.reading import purpose

T = TypeVar("T")

ANSWER_SECONDS = 1.1
"""A frozen database is answered as unavailable within two seconds, the look at the credential included."""

Since = Annotated[str | None, Parameter(description="The token of the page before; none for everything that there is.")]
Why = Annotated[str | None, HeaderParameter(name="Liancheng-Purpose", description="What it is read for. Required of regulators.")]
Last = Annotated[str | None, HeaderParameter(name="Last-Event-ID", description="The token to resume the stream from.")]
Limit = Annotated[int, Parameter(ge=1, le=1000, description="How many items a page has at most.")]


class DirectivePage(msgspec.Struct, frozen=True):
    """CloudEvents, the token for the next page, and the digest and count of a copy that has taken in everything up to `next`."""

    items: list[dict[str, Any]]
    next: str
    more: bool
    digest: str
    count: int


class NoticePage(msgspec.Struct, frozen=True):
    """Notices to hand out, and the token for those that follow."""

    items: list[Notice]
    next: str
    more: bool


class Desk:
    """What the routes work with. Everything that blocks runs on its threads, and no answer waits for it without a bound."""

    def __init__(self, feeds: Feeds, members: Members, copies: Copies, bell: Bell, pace: Pace, threads: Executor) -> None:
        self.feeds, self.members, self.copies, self.bell, self.pace, self._threads = feeds, members, copies, bell, pace, threads

    async def run(self, call: Callable[..., T], *arguments: Any) -> T:
        work = asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)
        try:
            return await asyncio.wait_for(work, ANSWER_SECONDS)
        except TimeoutError:
            raise Problem("unavailable") from None

    async def page(self, platform: str, since: str | Place | Part | None, limit: int) -> Directives:
        """Of the feed of directives; without a thread when memory has it."""
        found = self.feeds.at_hand(platform, since, limit)
        return found if found is not None else await self.run(self.feeds.directives, platform, since, limit)


@get(
    "/v1/directives",
    guards=[only("platform")],
    responses={200: ResponseSpec(DirectivePage, generate_examples=False, description="A page; or, asked for, text/event-stream.")},
)
async def directives(
    request: Request[Any, Any, Any], caller: Caller, desk: Desk, since: Since = None, limit: Limit = 500, last: Last = None
) -> Response[Any] | Stream:
    """What the platform has to enforce: without a token a snapshot that replaces its copy, with one what changed.

    With `Accept: text/event-stream` it goes on live; `id:` is the token, `Last-Event-ID` resumes.
    """
    if "text/event-stream" in request.headers.get("accept", ""):
        credentials: Credentials = request.app.state["credentials"]

        async def admitted() -> Caller:
            return await credentials.identify(request.headers.get("authorization"))

        source = Source(partial(desk.page, caller.code), partial(desk.feeds.lifts_at_hand, caller.code), desk.bell, desk.pace, admitted)
        events = await follow(source, last or since)
        return Stream(events, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    page = await desk.page(caller.code, since, limit)
    items = [sent.event for sent in page.items]
    return Response(DirectivePage(items, str(page.next), page.more, page.state.hexadecimal, page.state.listed))


@get("/v1/notices", guards=[only("platform")])
async def notices(caller: Caller, desk: Desk, since: Since = None, limit: Limit = 200) -> NoticePage:
    """What the platform has to hand to merchants who have an account with it; a notice comes again once it has been served."""
    page = await desk.run(desk.feeds.notices, caller.code, since, limit)
    return NoticePage(page.items, str(page.next), page.more)


@get("/v1/effects", guards=[only("platform", "authority")])
async def effects(caller: Caller, desk: Desk, since: Since = None, limit: Limit = 500) -> Effects:
    """What became of the caller's statements: waiting, applied, discounted or orphaned, and why."""
    return await desk.run(desk.members.effects, caller.code, since, limit)


@get("/v1/effects/{statement:str}", guards=[only("platform", "authority")])
async def effect(caller: Caller, desk: Desk, statement: str) -> Effect:
    """What became of one statement of the caller's."""
    return await desk.run(desk.members.effect, caller.code, statement)


@put("/v1/digest", guards=[only("platform")])
async def digest(caller: Caller, desk: Desk, data: CopyDigest) -> Compared:
    """The platform's own digest of its copy, compared at that token; a copy that differs has to be begun again."""
    return await desk.run(desk.copies.compare, caller.code, data, datetime.now(UTC))


@get("/v1/coverage", guards=[only("platform", "regulator")])
async def coverage(request: Request[Any, Any, Any], caller: Caller, desk: Desk, subject_id: UUID, why: Why = None) -> Coverage:
    """Which directive each platform was told last, and what it answered. A platform sees itself; a regulator's read is audited."""
    if caller.member_class == "platform":
        return await desk.run(desk.members.own_coverage, caller.code, subject_id)
    return await desk.run(desk.members.coverage, caller.code, purpose(request), subject_id, datetime.now(UTC))


@get("/v1/platform", guards=[only("platform")])
async def platform(caller: Caller, desk: Desk) -> Platform:
    """What the hub knows of the platform."""
    return await desk.run(desk.members.profile, caller.code)


@put("/v1/platform", guards=[only("platform")])
async def keep_platform(caller: Caller, desk: Desk, data: Profile) -> Platform:
    """Replace the profile. The legal entity is no part of it."""
    return await desk.run(desk.members.keep_profile, caller.code, data)


ROUTES = (directives, notices, effects, effect, digest, coverage, platform, keep_platform)
