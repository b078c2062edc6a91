"""The hub as receivers see it, without its servers: the real register, pages and tokens, and records as they would lie in the topic."""

from collections.abc import Iterator, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec

from events.client.hub import Answer, Problem, ProblemDetails, Unreachable
from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.wire.directive import kafka_record
from services.directives.application import Directives, Place, _changes, _remembered, _snapshot, told
from services.directives.copies.state import EMPTY, State
from services.directives.domain import Issued
from services.directives.log.tail import Memory
from services.directives.stream import _heartbeat, _written
from services.directives.token import Part, parse
from tests.services.directives.made import directive, subject

PLATFORM = "tmall"
STREAMED = 2
"""On a page of the stream."""
MARGIN = 1000
"""What a recovery adds to the highest number that is known."""


class HubInMemory:
    """Answers like the service of directives; `breaks` lets the next so many requests fail."""

    def __init__(self) -> None:
        self.memory, self.breaks = Memory(1), 0
        self.log: list[tuple[int, DirectiveIssued]] = []
        self.said: list[DirectiveIssued] = []
        """Everything, also what a recovery has lost: it may still be on some road."""
        self.asked_again = 0
        self.freed = set[int]()
        """Whom the last that anybody decided has lifted, whatever a recovery makes of it."""
        self.meanwhile: list[tuple[int, str]] = []
        """What is issued between a poll and the stream that is opened after it."""
        self.cut = 0
        """After so many lines of a stream the line breaks."""

    def issue(self, number: int, kind: str, seq: int | None = None) -> None:
        """`kind`: restricts, lifts, or lifts in part: one that leaves him restricted."""
        (self.freed.add if kind == "lifts" else self.freed.discard)(number)
        newest = self.newest().get(subject(number))
        seq = seq or (0 if newest is None else newest.seq) + 1
        fact = directive(number, seq, Tier.NONE if kind == "lifts" else Tier.RESTRICTED, accounts=[(PLATFORM, f"shop-{number}")])
        self._take(msgspec.structs.replace(fact, lift=kind != "restricts"))

    def newest(self) -> dict[UUID, DirectiveIssued]:
        return {fact.subject_id: fact for _, fact in self.log}

    @property
    def truth(self) -> dict[str, int]:
        """Whom it restricts, by which number."""
        return {str(who): fact.seq for who, fact in self.newest().items() if fact.tier > Tier.NONE}

    @property
    def state(self) -> State:
        state = EMPTY
        for fact in self.newest().values():
            state = state.plus(fact.subject_id, fact.seq) if fact.tier > Tier.NONE else state
        return state

    def record(self, fact: DirectiveIssued) -> Any:
        key, value, headers = kafka_record(fact)
        return SimpleNamespace(key=key, value=value, headers=headers)

    def tombstone(self, fact: DirectiveIssued) -> Any:
        return SimpleNamespace(key=str(fact.subject_id).encode(), value=None, headers=[("ce_id", f"{fact.subject_id}/{fact.seq}".encode())])

    def recover(self, kept: int) -> None:
        """The database is an older copy: what followed is lost. Whoever was told of is told anew, and never more than he was last."""
        last = self.newest()
        highest = {who: fact.seq for who, fact in last.items()}
        self.log = self.log[:kept]
        restored = self.newest()
        memory = Memory(self.memory.epoch + 1)
        memory.rounds = self.memory.rounds
        rest, self.memory, self.log = list(self.log), memory, []
        for position, fact in rest:
            self._take(fact, position)
        for who in sorted(last):
            free = Tier.NONE in (last[who].tier, restored[who].tier if who in restored else Tier.NONE)
            fact = msgspec.structs.replace(last[who], seq=highest[who] + MARGIN, tier=Tier.NONE if free else Tier.RESTRICTED, lift=free)
            self._take(fact)

    # --- as a conversation ---

    def get(self, path: str, *, query: dict[str, Any] | None = None) -> Answer:
        self._break()
        asked = query or {}
        page = self._page(asked.get("since"), int(asked["limit"]))
        body = {"items": [sent.event for sent in page.items], "next": str(page.next), "more": page.more}
        return Answer(200, msgspec.json.encode(body | {"digest": page.state.hexadecimal, "count": page.state.listed}), {})

    def stream(self, path: str, *, headers: Mapping[str, str], silence: float) -> Iterator[str]:
        """What the service writes until nothing is new; it breaks off there, or before."""
        for number, kind in self.meanwhile:
            self.issue(number, kind)
        written = b"".join(self._streamed(headers["Last-Event-ID"]))
        yield from written.decode().split("\n")[: self.cut]
        raise Unreachable("the line broke")

    def put(self, path: str, body: bytes) -> Answer:
        self._break()
        said = msgspec.json.decode(body)
        place = parse(said["token"], Place | Part)
        if place.epoch != self.memory.epoch:
            raise Problem(ProblemDetails("/problems/token-gone", "gone", 410))
        state = self.memory.directives.state_with_lifts(place.after, place.lifts)
        agrees = (said["digest"], said["count"]) == (state.hexadecimal, state.listed)
        if not agrees and place.round == self.memory.rounds.get(PLATFORM, 0):
            self.memory.rounds = {PLATFORM: place.round + 1}
            self.asked_again += 1
        return Answer(200, msgspec.json.encode({"agrees": agrees, "resync": not agrees}), {})

    def delivered(self, fact: DirectiveIssued) -> dict[str, Any]:
        """As a webhook carries it."""
        return msgspec.json.decode(msgspec.json.encode(told(fact, PLATFORM)))

    def _streamed(self, since: str) -> Iterator[bytes]:
        page = self._page(since, STREAMED)
        yield _written(page)
        while page.items or page.more:
            page = self._page(str(page.next), STREAMED)
            yield _written(page) if page.items else _heartbeat(page)

    def _page(self, since: str | None, limit: int) -> Directives:
        place = self._begin() if since is None else parse(since, Place | Part)
        if place.epoch != self.memory.epoch or place.round != self.memory.rounds.get(PLATFORM, 0) or place.after > self.memory.head:
            raise Problem(ProblemDetails("/problems/token-gone", "gone", 410))
        turn = _snapshot if isinstance(place, Part) else _changes
        return turn(partial(_remembered, self.memory), self.memory, PLATFORM, place, limit)  # type: ignore[operator, no-any-return]

    def _begin(self) -> Part:
        memory = self.memory
        return Part(memory.epoch, memory.directives.head, 0, 0, EMPTY.sum, memory.rounds.get(PLATFORM, 0))

    def _break(self) -> None:
        if self.breaks:
            self.breaks -= 1
            raise Unreachable("the line broke")

    def _take(self, fact: DirectiveIssued, position: int | None = None) -> None:
        position = position or max((self.log[-1][0] if self.log else 0) + 3, self.memory.epoch << 40)
        self.log.append((position, fact))
        self.said.append(fact)
        self.memory.recent.add(position, fact)
        self.memory.directives.add(Issued(position, fact.subject_id, fact.seq, fact.tier >= Tier.RESTRICTED, fact.lift))
        self.memory.read_to = position
