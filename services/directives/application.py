"""The feeds of directives and notices: pages by token, for one platform each, with the digest of what its copy then holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import ConnectionPool

from events.facts.directive import DirectiveIssued
from events.facts.listing import NoticeReleased, NoticeServed
from services.directives.copies.lane import Stand, steps
from services.directives.copies.state import EMPTY, State
from services.directives.log import read
from services.directives.log.recent import Worded, addressed, worded
from services.directives.log.tail import Memory, Tail
from services.directives.notices.notice import Hub, Notice, notices
from services.directives.token import NotAToken, NoticePlace, Part, Place, Token, parse
from services.web import Problem
from services.web.reading import wrong_parameter

WHILE_MORE = 50
"""Changes on a page, whatever the limit: a lift that is issued meanwhile is on the next one."""
AT_HAND = 32
"""Changes on one page that an event loop may put into words itself, instead of a thread."""

Words = Callable[[Sequence[int]], Mapping[int, Worded]]


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
    """Reads positions from memory and words from the log. Blocks on the database: not for an event loop, but for `at_hand`."""

    def __init__(self, pool: ConnectionPool, tail: Tail, *, kept: int, hub: Hub) -> None:
        """`kept`: a token that more directives than this have passed is too old, because a snapshot is shorter."""
        self._pool, self._tail = pool, tail
        self._kept, self._hub = kept, hub

    def directives(self, platform: str, since: str | Place | Part | None, limit: int) -> Directives:
        """The next directives for the platform, lifts first; without a token a snapshot, which may take several pages."""
        # With a connection in hand, although memory may know it all: without the database nobody knows that there is nothing new.
        with self._pool.connection() as conn:
            place, memory = self._begin(conn, platform) if since is None else self._place(conn, since, platform)
            words = partial(_words, conn, memory)
            if isinstance(place, Part):
                return _snapshot(words, memory, platform, place, limit)
            return _changes(words, memory, platform, place, limit)

    def at_hand(self, platform: str, since: str | Place | Part | None, limit: int) -> Directives | None:
        """The same, when there is news that memory alone can tell, and the page is small; None otherwise. Never blocks."""
        memory = self._tail.memory
        if memory is None or since is None:
            return None
        place: Place | Part = given(since, Place | Part)
        if isinstance(place, Part) or _stray(place, memory, platform):
            return None
        if not 0 < min(memory.directives.behind(place.after), limit) <= AT_HAND:
            return None
        try:
            return _changes(partial(_remembered, memory), memory, platform, place, limit)
        except KeyError:
            return None

    def lifts_at_hand(self, platform: str, place: Place | Part) -> Directives | None:
        """A page of lifts alone, for whoever is not to be told more yet; None when memory knows of none. Never blocks."""
        memory = self._tail.memory
        if memory is None or isinstance(place, Part) or _stray(place, memory, platform):
            return None
        if not memory.directives.lifts(max(place.after, place.lifts), memory.directives.head):
            return None
        try:
            return _changes(partial(_remembered, memory), memory, platform, place, AT_HAND, lifts_only=True)
        except KeyError:
            return None

    def state(self, token: str) -> tuple[State, int]:
        """What a faithful copy holds at this token, and how often it had been asked to begin again when it began."""
        with self._pool.connection() as conn:
            place, memory = self._place(conn, token, None, "token")
        if isinstance(place, Part):
            return State(int.from_bytes(place.digest, "big"), place.count), place.round
        return memory.directives.state_with_lifts(place.after, place.lifts), place.round

    def look(self, conn: psycopg.Connection) -> None:
        """What was written a moment ago is known to the feeds when this returns."""
        self._tail.catch_up(conn)

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

    def _begin(self, conn: psycopg.Connection, platform: str) -> tuple[Part, Memory]:
        memory = self._memory(conn)
        return Part(memory.epoch, memory.directives.head, 0, EMPTY.listed, EMPTY.sum, memory.rounds.get(platform, 0)), memory

    def _place(
        self, conn: psycopg.Connection, since: str | Place | Part, platform: str | None, name: str = "since"
    ) -> tuple[Place | Part, Memory]:
        """`platform`: whose copy must not have been asked to begin again since; None when only its state is asked for."""
        token: Place | Part = given(since, Place | Part, name)
        memory = self._memory(conn)
        if _stray(token, memory, platform):
            # Another process may have given out the token and be further along.
            memory = self._tail.catch_up(conn)
        if token.epoch != memory.epoch or _reached(token) > memory.head:
            raise Problem("token-gone", "The log has another history now.")
        if platform is not None and token.round != memory.rounds.get(platform, 0):
            raise Problem("token-gone", "The copy differed from the hub's: take a full snapshot.")
        if memory.directives.behind(token.upto if isinstance(token, Part) else token.after) > self._kept:
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


def given(text: str | Token, kinds: Any, name: str = "since") -> Any:
    """The token that somebody sent, or the problem of what is none of this feed's. One that was never sent is itself."""
    if isinstance(text, Token):
        return text
    try:
        return parse(text, kinds)
    except NotAToken:
        raise wrong_parameter(name, "is no token of this feed") from None


def _reached(token: Place | Part) -> int:
    """The highest id that whoever gave out the token had read."""
    return max(token.after, token.upto) if isinstance(token, Part) else max(token.after, token.lifts)


def _stray(token: Place | Part, memory: Memory, platform: str | None) -> bool:
    """Whether this memory is not the one to say what follows: of another epoch, not as far along, or another copy is meant."""
    elsewhere = platform is not None and token.round != memory.rounds.get(platform, 0)
    return token.epoch != memory.epoch or _reached(token) > memory.head or elsewhere


def _snapshot(read_words: Words, memory: Memory, platform: str, part: Part, limit: int) -> Directives:
    """A page of the state at `part.upto`; its last token goes on with what was issued after that."""
    ids = list(islice(memory.directives.snapshot(part.upto, part.after), limit + 1))
    complete = len(ids) <= limit
    end: Place | Part = Place(memory.epoch, part.upto, 0, part.round) if complete else part
    state, items = State(int.from_bytes(part.digest, "big"), part.count), []
    found = read_words(ids[:limit])
    for position in ids[:limit]:
        words = found[position]
        state = state.plus(words.fact.subject_id, words.fact.seq)
        here: Place | Part = Part(memory.epoch, part.upto, position, state.listed, state.sum, part.round)
        if complete and position == ids[-1]:
            here = end
        items.append(Sent(here, addressed(words, platform)))
    end = items[-1].token if items else end
    return Directives(items, end, not complete or memory.directives.behind(part.upto) > 0, state)


def _changes(read_words: Words, memory: Memory, platform: str, place: Place, limit: int, *, lifts_only: bool = False) -> Directives:
    """Of many, few at a time, so that a lift that comes meanwhile waits for few."""
    register = memory.directives
    ahead, end = steps(register, Stand(place.after, place.lifts), min(limit, WHILE_MORE), lifts_only=lifts_only)
    found = read_words([step.id for step in ahead])
    items = [Sent(Place(memory.epoch, *step.stand, place.round), addressed(found[step.id], platform)) for step in ahead]
    state = register.state_with_lifts(*end)
    return Directives(items, Place(memory.epoch, *end, place.round), register.behind(end.after) > 0, state)


def _words(conn: psycopg.Connection, memory: Memory, ids: Sequence[int]) -> Mapping[int, Worded]:
    """From memory, and from the log what memory has let go."""
    found = {position: words for position in ids if (words := memory.recent.words(position)) is not None}
    missing = [position for position in ids if position not in found]
    if missing:
        kept = {position: worded(fact) for position, fact in read.facts(conn, missing).items() if isinstance(fact, DirectiveIssued)}
        memory.recent.keep(kept)
        found |= kept
    return found


def _remembered(memory: Memory, ids: Sequence[int]) -> Mapping[int, Worded]:
    """KeyError for what memory has let go."""
    found = {position: words for position in ids if (words := memory.recent.words(position)) is not None}
    if len(found) < len(ids):
        raise KeyError
    return found


def told(fact: DirectiveIssued, platform: str) -> dict[str, Any]:
    """As this platform is told it, by whatever way."""
    return addressed(worded(fact), platform)
