"""Tells one platform everything, one delivery at a time: first the challenge, then directives as its course says."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg

from events.transport.telemetry import WEBHOOK_DELIVERIES, WEBHOOK_SECONDS
from events.transport.telemetry import log as journal
from services.directives.log.recent import Worded, addressed
from services.directives.log.tail import Memory, Tail, rung
from services.directives.pace import FEW, Pace
from services.directives.token import Place
from services.directives.webhooks.call import letter
from services.directives.webhooks.call.post import Answer, Post
from services.directives.webhooks.kept.ledger import Change
from services.directives.webhooks.kept.registration import Why
from services.directives.webhooks.kept.registry import Row
from services.directives.webhooks.way import schedule
from services.directives.webhooks.way.course import Course
from services.directives.webhooks.way.places import Due, Places, Retry

AHEAD = 64
WORK_SECONDS = 0.0003
"""That a delivery costs the hub and its receiver together."""
EXACT_SECONDS = 0.0005
"""A timer of uvloop may be so early."""
AWAY_SECONDS = 0.5

Words = Callable[[Memory, Sequence[int]], Awaitable[Worded]]
"""The directive with the first of these ids; the others will be asked for soon."""


class Means(NamedTuple):
    """What every courier works with. `kept` is called when there is something to keep."""

    tail: Tail
    words: Words
    post: Post
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    word: Callable[[], str]
    """Makes what a challenge asks for."""
    kept: Callable[[], None]
    pace: Pace
    ticks: Callable[[], float] = time.monotonic
    """The clock of the pace."""


class Courier:
    """Lives as long as a registration stands as it is."""

    def __init__(self, row: Row, retries: Sequence[Retry], means: Means) -> None:
        self.registration, self.revision, self._round = row.registration, row.revision, row.round
        self._course, self._means, self._saved = Course(row.places, retries), means, row
        self._word, self._challenged = means.word(), 0
        self._ask_again: datetime | None = None
        self._carried: tuple[Due, datetime] | None = None
        self._moment: float | None = None

    @property
    def code(self) -> str:
        return self.registration.code

    async def run(self) -> None:
        """Until the registration ends, the service does, or it is cancelled."""
        with self._means.tail.bell.heard() as news:
            while self.registration.state != "off" and not self._means.tail.bell.silenced:
                news.clear()
                until = await self._step()
                if until is None:
                    continue
                if await rung(news, (until - self._means.clock()).total_seconds()):
                    # Streams first: they take the hub less, and their readers work while webhooks are written.
                    await asyncio.sleep(0)
                elif self._moment is not None:
                    self._means.pace.woke(self._means.ticks() - self._moment)

    def change(self) -> Change | None:
        """What is to be kept, when there is anything; it counts as kept from then on."""
        course, it = self._course, self.registration
        row = Row(it, course.places, self._round, self.revision)
        if row == self._saved and not course.touched:
            return None
        touched, course.touched = course.touched, set()
        self._saved = row
        put_aside = [course.retries[id] for id in touched if id in course.retries]
        return Change(it, self.revision, self._round, course.places, put_aside, [id for id in touched if id not in course.retries])

    def oldest(self, *, lift: bool) -> datetime | None:
        """When the oldest directive was issued that the platform has not taken, or since when it is to be told, if that is later."""
        issued = [one.issued_at for one in self._course.retries.values() if one.lift == lift]
        if self._carried is not None and self._carried[0].lift == lift:
            issued.append(self._carried[1])
        return max(min(issued), self.registration.proven_at or min(issued)) if issued else None

    @property
    def given_up(self) -> int:
        return sum(retry.given_up for retry in self._course.retries.values())

    @property
    def places(self) -> Places:
        return self._course.places

    async def _step(self) -> datetime | None:
        """One delivery; until when to rest, or None when there may be more to do."""
        now, memory = self._means.clock(), self._means.tail.memory
        if memory is None:
            return now + schedule.LONGEST_PAUSE
        if self.registration.state == "pending":
            return await self._ask(now)
        if memory.rounds.get(self.code, 0) > self._round:
            self._begin_again(memory)
        due = self._course.next(memory.directives, now)
        if isinstance(due, Due):
            if (early := self._early(memory, due)) > 0:
                return now + timedelta(seconds=early)
            await self._tell(memory, due)
            return None
        # Passing over what is superseded moves the places as well.
        self._means.kept()
        return due or now + schedule.LONGEST_PAUSE

    def _early(self, memory: Memory, due: Due) -> float:
        """Seconds until it may be told: whoever has many to be told of waits for a moment, but not with a lift."""
        if due.lift:
            self._means.pace.lift(self._means.ticks())
            self._moment = None
            return 0.0
        if self._moment is None and not self._course.many(memory.directives, FEW):
            return 0.0
        now = self._means.ticks()
        if self._moment is None:
            self._moment = self._means.pace.moment(now, WORK_SECONDS)
        if self._moment > now + EXACT_SECONDS:
            return self._moment - now
        self._moment = None
        return 0.0

    async def _ask(self, now: datetime) -> datetime | None:
        if self._ask_again is not None and now < self._ask_again:
            return self._ask_again
        if now - self.registration.asked_at >= schedule.PROOF_WITHIN:
            self._end("unproven")
            return None
        event = letter.challenge(self.code, self._word, now)
        answer = await self._send(event["id"], letter.directive(event, None))
        now = self._means.clock()
        if answer.result == "gone":
            self._end("gone")
        elif answer.result == "delivered" and letter.echoed(answer.body, self._word):
            self.registration = self.registration.proven(now)
            journal.info("webhook proven", platform=self.code)
            self._means.kept()
        else:
            self._challenged += 1
            self._ask_again = schedule.resume_at(self._challenged + 1, now, self._means.chance())
        return None

    async def _tell(self, memory: Memory, due: Due) -> None:
        try:
            words = memory.recent.words(due.id)
            if words is None:
                words = await self._means.words(memory, [due.id, *self._course.ahead(memory.directives, AHEAD)])
        except psycopg.OperationalError:
            # The hub's own trouble, not the platform's.
            await asyncio.sleep(AWAY_SECONDS)
            return
        self._carried = (due, words.fact.at)
        event = addressed(words, self.code)
        answer = await self._send(event["id"], letter.directive(event, self._proof(memory, due)))
        self._carried = None
        now = self._means.clock()
        if answer.result == "delivered":
            self._course.delivered(due, now)
        elif answer.result == "gone":
            self._end("gone")
        else:
            self._course.failed(due, words.fact.at, now, self._means.chance())
            if self._course.hopeless(now):
                self._end("failing")
        self._means.kept()

    async def _send(self, event_id: str, body: bytes) -> Answer:
        now = self._means.clock()
        headers = letter.headers(event_id, body, self.registration.secrets(now), now)
        try:
            answer = await self._means.post.send(self.registration.url, headers, body)
        except Exception:
            # The boundary: what one platform's answer breaks in the hub must not stop what others are told.
            journal.error("webhook broke", platform=self.code, exc_info=True)
            answer = Answer("unreachable")
        WEBHOOK_DELIVERIES.labels(self.code, answer.result).inc()
        WEBHOOK_SECONDS.observe(max(0.0, (self._means.clock() - now).total_seconds()))
        return answer

    def _proof(self, memory: Memory, due: Due) -> letter.Proof | None:
        if not self._course.completes(memory.directives, due):
            return None
        head = memory.directives.head
        state = memory.directives.state_at(head)
        return letter.Proof(str(Place(memory.epoch, head, 0, self._round)), state.hexadecimal, state.listed)

    def _begin_again(self, memory: Memory) -> None:
        """Its copy differed from the hub's: it is told everything, also who is free."""
        gone, self._round = set(self._course.retries), memory.rounds[self.code]
        self._course = Course(Places(memory.directives.head, 0, 0))
        self._course.touched = gone

    def _end(self, why: Why) -> None:
        self.registration = self.registration.ended(why)
        journal.warning("webhook switched off", platform=self.code, why=why)
        self._means.kept()
