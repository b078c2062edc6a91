"""The feeds of directives and notices: pages by token, for one platform each, with the digest of what its copy then holds."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import ConnectionPool

from events.facts.directive import DirectiveIssued
from events.facts.fact import Fact
from events.facts.listing import NoticeReleased, NoticeServed
from events.wire.directive import cloudevent
from services.directives.domain import EMPTY, State
from services.directives.log import read
from services.directives.log.tail import Memory, Tail
from services.directives.notices.notice import Notice, notices
from services.directives.token import NotAToken, Snapshot, Token, parse
from services.web import Problem
from services.web.reading import wrong_parameter


class Sent(NamedTuple):
    """A directive as a CloudEvent for one platform, and the token of whoever has had it."""

    token: Token
    event: dict[str, Any]


class Directives(NamedTuple):
    """A page; `state` is what a copy holds that has taken in everything up to `next`."""

    items: list[Sent]
    next: Token
    more: bool
    state: State


class Notices(NamedTuple):
    """A page of notices that the platform has to hand out."""

    items: list[Notice]
    next: Token
    more: bool


class Feeds:
    """Reads positions from memory and words from the log. Blocks on the database: not for an event loop."""

    def __init__(self, pool: ConnectionPool, tail: Tail, *, kept: int, rulebooks: str, demo: bool) -> None:
        """`kept`: a token that more directives than this have passed is too old, because a snapshot is shorter.

        `rulebooks`: where merchants read the rules, with `{version}` in it.
        """
        self._pool, self._tail = pool, tail
        self._kept, self._rulebooks, self._demo = kept, rulebooks, demo

    def directives(self, platform: str, since: str | None, limit: int) -> Directives:
        """The next directives for the platform; without a token a snapshot, which may take several pages."""
        with self._pool.connection() as conn:
            token, memory = self._place(conn, "directives", since)
            if token is None:
                token = Token("directives", memory.epoch, 0, Snapshot(memory.directives.head, 0, 0))
            if token.snapshot is not None:
                return self._snapshot(conn, memory, platform, token, token.snapshot, limit)
            ids = memory.directives.following(token.after, limit)
            items = [
                Sent(Token("directives", memory.epoch, position), _told(fact, platform)) for position, fact in _directives(conn, ids)
            ]
        end = items[-1].token if items else token
        return Directives(items, end, memory.directives.behind(end.after) > 0, memory.directives.state_at(end.after))

    def _snapshot(
        self, conn: psycopg.Connection, memory: Memory, platform: str, token: Token, part: Snapshot, limit: int
    ) -> Directives:
        """A page of the state at `part.upto`. The last token of it goes on with what was issued after that."""
        ids = list(islice(memory.directives.snapshot(part.upto, token.after), limit + 1))
        last_page = len(ids) <= limit
        state, items, end = State(part.digest, part.count), [], Token("directives", memory.epoch, part.upto)
        for position, fact in _directives(conn, ids[:limit]):
            state = state.plus(fact.subject_id, fact.seq)
            here = Token("directives", memory.epoch, position, Snapshot(part.upto, state.count, state.digest))
            items.append(Sent(end if last_page and position == ids[-1] else here, _told(fact, platform)))
        end = end if last_page else items[-1].token
        return Directives(items, end, not last_page or memory.directives.behind(part.upto) > 0, state)

    def notices(self, platform: str, since: str | None, limit: int) -> Notices:
        """The next notices for accounts of the platform, from the first one on without a token."""
        with self._pool.connection() as conn:
            token, memory = self._place(conn, "notices", since)
            book = memory.notices
            upto = book.head
            ids = book.following(platform, token.after if token else 0, limit + 1)
            items = list(self._handed_out(conn, memory, platform, ids[:limit]))
        more = len(ids) > limit
        return Notices(items, Token("notices", memory.epoch, ids[limit - 1] if more else max(upto, *ids, 0)), more)

    def state(self, since: str) -> State:
        """What a faithful copy holds at this token of the directives."""
        with self._pool.connection() as conn:
            token, memory = self._place(conn, "directives", since)
        if token is None:
            return EMPTY
        if token.snapshot is not None:
            return State(token.snapshot.digest, token.snapshot.count)
        return memory.directives.state_at(token.after)

    def _place(self, conn: psycopg.Connection, feed: str, since: str | None) -> tuple[Token | None, Memory]:
        """The token and a memory that reaches it, or the problem of a token that cannot be gone on from."""
        memory = self._tail.memory or self._tail.catch_up(conn)
        if since is None:
            return None, memory
        try:
            token = parse(since, feed)
        except NotAToken:
            raise wrong_parameter("since", "is no token of this feed") from None
        reached = token.after if token.snapshot is None else max(token.after, token.snapshot.upto)
        # Another process may have given out the token and be further along.
        if token.epoch != memory.epoch or reached > _head(memory, feed):
            memory = self._tail.catch_up(conn)
        if token.epoch != memory.epoch or reached > _head(memory, feed):
            raise Problem("token-gone", "The log has another history now.")
        if feed == "directives" and memory.directives.behind(reached) > self._kept:
            raise Problem("token-gone", f"More than {self._kept} directives have followed.")
        return token, memory

    def _handed_out(self, conn: psycopg.Connection, memory: Memory, platform: str, ids: Sequence[int]) -> Iterator[Notice]:
        found = read.facts(conn, ids)
        served = [fact for fact in found.values() if isinstance(fact, NoticeServed)]
        places = {fact.notice: memory.notices.released(fact.notice) for fact in served}
        earlier = read.facts(conn, [place for place in places.values() if place is not None])
        for position in ids:
            fact = found[position]
            if isinstance(fact, NoticeServed):
                place = places[fact.notice]
                released = earlier.get(place) if place is not None else None
            else:
                released, fact = fact, None
            if isinstance(released, NoticeReleased):
                link = self._rulebooks.format(version=released.rulebook)
                yield from notices(released, fact, platform, link, self._demo)


def _head(memory: Memory, feed: str) -> int:
    return memory.directives.head if feed == "directives" else memory.notices.head


def _directives(conn: psycopg.Connection, ids: Sequence[int]) -> Iterator[tuple[int, DirectiveIssued]]:
    """In the order of ids."""
    found: dict[int, Fact] = read.facts(conn, ids) if ids else {}
    for position in ids:
        fact = found[position]
        if isinstance(fact, DirectiveIssued):
            yield position, fact


def _told(fact: DirectiveIssued, platform: str) -> dict[str, Any]:
    accounts = [ref.account for ref in fact.accounts if ref.platform == platform]
    return cloudevent(fact, f"{fact.subject_id}/{fact.seq}", source=f"/hub/{platform}", accounts=accounts)
