"""The feeds of directives and notices: pages by token, for one platform each, with the digest of what its copy then holds."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import ConnectionPool

from events.facts.directive import DirectiveIssued
from events.facts.listing import NoticeReleased, NoticeServed
from events.wire.directive import cloudevent, directive_id
from services.directives.domain import EMPTY, State
from services.directives.log import read
from services.directives.log.tail import Memory, Tail
from services.directives.notices.notice import Hub, Notice, notices
from services.directives.token import NotAToken, NoticePlace, Part, Place, Token, parse
from services.web import Problem
from services.web.reading import wrong_parameter


class Sent(NamedTuple):
    """A directive as a CloudEvent for one platform, and the token of whoever has had it."""

    token: Place | Part
    event: dict[str, Any]


class Directives(NamedTuple):
    """A page; `state` is what a copy holds that has taken in everything up to `next`."""

    items: list[Sent]
    next: Place | Part
    more: bool
    state: State


class Notices(NamedTuple):
    """A page of notices that the platform has to hand out."""

    items: list[Notice]
    next: NoticePlace
    more: bool


class Feeds:
    """Reads positions from memory and words from the log. Blocks on the database: not for an event loop."""

    def __init__(self, pool: ConnectionPool, tail: Tail, *, kept: int, hub: Hub) -> None:
        """`kept`: a token that more directives than this have passed is too old, because a snapshot is shorter."""
        self._pool, self._tail = pool, tail
        self._kept, self._hub = kept, hub

    def directives(self, platform: str, since: str | None, limit: int) -> Directives:
        """The next directives for the platform; without a token a snapshot, which may take several pages."""
        with self._pool.connection() as conn:
            place, memory = self._begin(conn) if since is None else self._place(conn, since)
            if isinstance(place, Part):
                return _snapshot(conn, memory, platform, place, limit)
            return _changes(conn, memory, platform, place, limit)

    def state(self, token: str) -> State:
        """What a faithful copy holds at this token."""
        with self._pool.connection() as conn:
            place, memory = self._place(conn, token, "token")
        if isinstance(place, Part):
            return State(int.from_bytes(place.digest, "big"), place.count)
        return memory.directives.state_at(place.after)

    def notices(self, platform: str, since: str | None, limit: int) -> Notices:
        """The next notices for accounts of the platform, from the first one on without a token."""
        with self._pool.connection() as conn:
            memory = self._memory(conn)
            after = 0
            if since is not None:
                token: NoticePlace = given(since, NoticePlace)
                after, memory = token.after, self._reaching(conn, token, token.after)
            upto = memory.notices.head
            ids = memory.notices.following(platform, after, limit + 1)
            items = list(self._handed_out(conn, memory, platform, ids[:limit]))
        more = len(ids) > limit
        return Notices(items, NoticePlace(memory.epoch, ids[limit - 1] if more else max(upto, after, *ids)), more)

    def epoch(self) -> int:
        """Which history of the log is served."""
        with self._pool.connection() as conn:
            return self._memory(conn).epoch

    def _memory(self, conn: psycopg.Connection) -> Memory:
        return self._tail.memory or self._tail.catch_up(conn)

    def _begin(self, conn: psycopg.Connection) -> tuple[Part, Memory]:
        memory = self._memory(conn)
        return Part(memory.epoch, memory.directives.head, 0, EMPTY.listed, EMPTY.sum), memory

    def _place(self, conn: psycopg.Connection, since: str, name: str = "since") -> tuple[Place | Part, Memory]:
        token: Place | Part = given(since, Place | Part, name)
        reached = max(token.after, token.upto) if isinstance(token, Part) else token.after
        memory = self._reaching(conn, token, reached)
        if memory.directives.behind(reached) > self._kept:
            raise Problem("token-gone", f"More than {self._kept} directives have followed.")
        return token, memory

    def _reaching(self, conn: psycopg.Connection, token: Token, position: int) -> Memory:
        """A memory of the token's epoch that has come to the position, or the problem token-gone."""
        memory = self._memory(conn)
        if token.epoch != memory.epoch or position > memory.head:
            # Another process may have given out the token and be further along.
            memory = self._tail.catch_up(conn)
        if token.epoch != memory.epoch or position > memory.head:
            raise Problem("token-gone", "The log has another history now.")
        return memory

    def _handed_out(self, conn: psycopg.Connection, memory: Memory, platform: str, ids: Sequence[int]) -> Iterator[Notice]:
        found = read.facts(conn, ids)
        served = {position: fact for position, fact in found.items() if isinstance(fact, NoticeServed)}
        released_at = {position: memory.notices.released(fact.notice) for position, fact in served.items()}
        earlier = read.facts(conn, [place for place in released_at.values() if place is not None])
        for position in ids:
            released = earlier.get(released_at[position] or 0) if position in served else found[position]
            if isinstance(released, NoticeReleased):
                yield from notices(released, served.get(position), platform, self._hub)


def given(text: str, kinds: Any, name: str = "since") -> Any:
    """The token that somebody sent, or the problem of what is none of this feed's."""
    try:
        return parse(text, kinds)
    except NotAToken:
        raise wrong_parameter(name, "is no token of this feed") from None


def _snapshot(conn: psycopg.Connection, memory: Memory, platform: str, part: Part, limit: int) -> Directives:
    """A page of the state at `part.upto`; its last token goes on with what was issued after that."""
    ids = list(islice(memory.directives.snapshot(part.upto, part.after), limit + 1))
    complete = len(ids) <= limit
    end: Place | Part = Place(memory.epoch, part.upto) if complete else part
    state, items = State(int.from_bytes(part.digest, "big"), part.count), []
    for position, fact in _issued(conn, ids[:limit]):
        state = state.plus(fact.subject_id, fact.seq)
        here: Place | Part = Part(memory.epoch, part.upto, position, state.listed, state.sum)
        if complete and position == ids[-1]:
            here = end
        items.append(Sent(here, _told(fact, platform)))
    end = items[-1].token if items else end
    return Directives(items, end, not complete or memory.directives.behind(part.upto) > 0, state)


def _changes(conn: psycopg.Connection, memory: Memory, platform: str, place: Place, limit: int) -> Directives:
    ids = memory.directives.following(place.after, limit)
    items = [Sent(Place(memory.epoch, position), _told(fact, platform)) for position, fact in _issued(conn, ids)]
    end = ids[-1] if ids else place.after
    return Directives(items, Place(memory.epoch, end), memory.directives.behind(end) > 0, memory.directives.state_at(end))


def _issued(conn: psycopg.Connection, ids: Sequence[int]) -> Iterator[tuple[int, DirectiveIssued]]:
    """In the order of ids."""
    found = read.facts(conn, ids) if ids else {}
    for position in ids:
        fact = found[position]
        if isinstance(fact, DirectiveIssued):
            yield position, fact


def _told(fact: DirectiveIssued, platform: str) -> dict[str, Any]:
    accounts = [ref.account for ref in fact.accounts if ref.platform == platform]
    return cloudevent(fact, directive_id(fact), f"/hub/{platform}", accounts)
