"""The routes of webhooks: a platform registers its address, sees how it fares, and ends it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Annotated, NamedTuple, TypeVar

import msgspec
from litestar import Response, delete, get, put
from litestar.di import NamedDependency as Given
from litestar.openapi.datastructures import ResponseSpec

from services.directives.application import Feeds, given
from services.directives.log.tail import Memory, Tail
from services.directives.token import Place
from services.directives.webhooks.call.guard import LONGEST, Refused
from services.directives.webhooks.call.post import Post
from services.directives.webhooks.kept.registration import Registration, State, Why, asked
from services.directives.webhooks.kept.registry import Kept, Registry, Row
from services.directives.webhooks.kept.seal import fresh_secret
from services.directives.webhooks.way.places import Places
from services.web import Caller, Problem, only
from services.web.reading import wrong_parameter

T = TypeVar("T")
ANSWER_SECONDS = 1.1
NAMES_SECONDS = 3.0


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`since`: the token of a copy that is there already. `rotate`: a new secret, beside which the old one signs on."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]
    since: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    rotate: bool = False


class Webhook(msgspec.Struct, frozen=True, omit_defaults=True):
    """A registration and how it fares. `secret` is shown once, by the answer to the request that made it."""

    url: str
    state: State
    why: Why | None
    asked_at: datetime
    proven_at: datetime | None
    delivered_at: datetime | None
    failing_since: datetime | None
    waiting: int
    """How many directives follow the place that it has been told up to, at most; and what it did not take."""
    given_up: int
    both_sign_until: datetime | None
    secret: str | None = None


class Counter(NamedTuple):
    """What the routes work with."""

    registry: Registry
    feeds: Feeds
    tail: Tail
    post: Post
    threads: Executor
    wake: Callable[[], None]

    async def run(self, call: Callable[..., T], *arguments: object) -> T:
        work = asyncio.get_running_loop().run_in_executor(self.threads, call, *arguments)
        try:
            return await asyncio.wait_for(work, ANSWER_SECONDS)
        except TimeoutError:
            raise Problem("unavailable") from None

    def register(self, code: str, data: Asked) -> tuple[Webhook, bool]:
        """Blocks. Whether a secret was made."""
        had, now, memory = self.registry.find(code), datetime.now(UTC), self.memory()
        before = None if had is None else had.row.registration
        new = asked(before, code, data.url, rotate=data.rotate, now=now, fresh=fresh_secret)
        if had is None or new != before or data.since is not None or had.put_aside:
            number = memory.rounds.get(code, 0) if had is None or data.since is not None else had.row.round
            self.registry.keep(Row(new, self._places(had, data, memory), number), now, afresh=data.since is not None)
        kept = self.registry.find(code)
        if kept is None:
            raise Problem("not-found")
        made = before is None or before.secret != new.secret
        return self.shown(kept, new.secret if made else None), made

    def shown(self, kept: Kept, secret: str | None = None) -> Webhook:
        it: Registration = kept.row.registration
        places = kept.row.places
        return Webhook(
            url=it.url,
            state=it.state,
            why=it.why,
            asked_at=it.asked_at,
            proven_at=it.proven_at,
            delivered_at=places.delivered_at,
            failing_since=places.failing_since,
            waiting=self.memory().directives.behind(places.others_after) + kept.put_aside,
            given_up=kept.given_up,
            both_sign_until=it.earlier_until,
            secret=secret,
        )

    def memory(self) -> Memory:
        memory = self.tail.memory
        if memory is None:
            raise Problem("unavailable")
        return memory

    def _places(self, had: Kept | None, data: Asked, memory: Memory) -> Places:
        """Who is new is told what is listed; who was told goes on from there; who has a copy, from where that stands."""
        if data.since is not None:
            place: Place = given(data.since, Place)
            self.feeds.state(data.since)
            return Places(place.after, place.after, max(place.after, place.lifts))
        if had is None:
            return Places(memory.directives.head, 0, memory.directives.head)
        return msgspec.structs.replace(had.row.places, failures=0, failing_since=None)


@put(
    "/v1/webhook",
    guards=[only("platform")],
    responses={201: ResponseSpec(Webhook, generate_examples=False, description="The same, with the secret that was made.")},
)
async def register(caller: Given[Caller], counter: Given[Counter], data: Asked) -> Response[Webhook]:
    """Have directives delivered to an https address. It is asked to say a word back before anything else is sent there.

    201 with the secret that signs, shown once, when one was made; 200 otherwise. What holds already changes nothing, but that what it
    did not take is tried again at once. Another address has to answer the challenge first; meanwhile nothing is delivered.
    """
    try:
        await asyncio.wait_for(counter.post.look(data.url), NAMES_SECONDS)
    except Refused as refused:
        raise wrong_parameter("url", str(refused)) from None
    except TimeoutError:
        raise wrong_parameter("url", "has no address now") from None
    shown, made = await counter.run(counter.register, caller.code, data)
    counter.wake()
    return Response(shown, status_code=201 if made else 200)


@get("/v1/webhook", guards=[only("platform")])
async def see(caller: Given[Caller], counter: Given[Counter]) -> Webhook:
    """The address, whether it is called, and since when it fails; never the secret."""
    kept = await counter.run(counter.registry.find, caller.code)
    if kept is None:
        raise Problem("not-found")
    return counter.shown(kept)


@delete("/v1/webhook", guards=[only("platform")])
async def end(caller: Given[Caller], counter: Given[Counter]) -> None:
    """Deliver nothing any more, and forget the secret and the place. 404 when there was nothing."""
    if not await counter.run(counter.registry.remove, caller.code):
        raise Problem("not-found")
    counter.wake()


WEBHOOK_ROUTES = (register, see, end)
