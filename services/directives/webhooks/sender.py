"""Keeps a courier for each registered platform, keeps how far each has come, and says how they fare."""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import TypeVar

import psycopg

from events.facts.directive import DirectiveIssued
from events.transport.telemetry import WEBHOOK_AGE_SECONDS, WEBHOOK_GIVEN_UP, WEBHOOK_OFF, WEBHOOK_WAITING
from events.transport.telemetry import log as journal
from services.directives.log import read
from services.directives.log.recent import Worded, worded
from services.directives.log.tail import Memory, Tail, rung
from services.directives.pace import Pace
from services.directives.webhooks.call.post import Post
from services.directives.webhooks.courier import Courier, Means
from services.directives.webhooks.kept.ledger import Ledger
from services.directives.webhooks.kept.registry import Row

T = TypeVar("T")

EVERY_SECONDS = 1.0
"""As often the table is looked at: another process may have taken a registration."""
BREATH_SECONDS = 0.1
"""From news to a look, so that all couriers are done with it: what was delivered meanwhile is told again after a crash."""
KEPT_WORDS = 4096
ACTIONS = (("lift", True), ("restrict", False))


class Letters:
    """Directives by their ids, read and put into words once for all couriers."""

    def __init__(self, connect: Callable[[], AbstractContextManager[psycopg.Connection]], threads: Executor) -> None:
        self._connect, self._threads = connect, threads
        self._known = OrderedDict[int, Worded]()
        self._reading = asyncio.Lock()

    async def first(self, memory: Memory, ids: Sequence[int]) -> Worded:
        """The first one; the others are read with it when it has to be read. psycopg.OperationalError while the database is away."""
        words = self._known.get(ids[0])
        if words is not None:
            return words
        async with self._reading:
            if ids[0] not in self._known:
                missing = [id for id in ids if id not in self._known and memory.recent.get(id) is None]
                found = await asyncio.get_running_loop().run_in_executor(self._threads, self._read, missing)
                self._known.update(found)
            words = self._known[ids[0]]
            while len(self._known) > KEPT_WORDS:
                self._known.popitem(last=False)
        return words

    def _read(self, ids: Iterable[int]) -> dict[int, Worded]:
        with self._connect() as conn:
            return {id: worded(fact) for id, fact in read.facts(conn, ids).items() if isinstance(fact, DirectiveIssued)}


class Sender:
    """One for a process. Of several processes one sends; the others wait for it to go away."""

    def __init__(
        self,
        tail: Tail,
        ledger: Ledger,
        post: Post,
        letters: Letters,
        pace: Pace,
        threads: Executor,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
        word: Callable[[], str],
    ) -> None:
        """`chance` gives numbers in [0, 1) for the jitter of pauses, `word` what a challenge asks for."""
        self._tail, self._ledger, self._post, self._threads, self._clock = tail, ledger, post, threads, clock
        self._news = asyncio.Event()
        self._means = Means(tail, letters.first, post, clock, chance, word, self._news.set, pace)
        self._couriers: dict[str, tuple[Courier, asyncio.Task[None]]] = {}
        self._named, self._unreadable = set[str](), frozenset[str]()

    def wake(self) -> None:
        """Somebody registered something in this process."""
        self._news.set()

    async def run(self) -> None:
        """Until the service leaves. A defect of this module ends the process: whoever watches it starts it again."""
        try:
            async with self._post:
                while not self._tail.bell.silenced:
                    self._news.clear()
                    await self._look()
                    await rung(self._news, EVERY_SECONDS)
                    await asyncio.sleep(BREATH_SECONDS)
                await self._look()
                self._drop(list(self._couriers))
        except Exception:
            journal.critical("the sender of webhooks broke", exc_info=True)
            os._exit(70)
        finally:
            self._ledger.close()

    async def _look(self) -> None:
        changes = [change for courier, _ in self._couriers.values() if (change := courier.change()) is not None]
        try:
            rows = await self._in_thread(self._ledger.exchange, changes)
            await self._attend({row.registration.code: row for row in rows or []})
            self._unreadable = self._ledger.unreadable if rows is not None else frozenset()
        except psycopg.OperationalError as away:
            # Whoever cannot keep how far it has come does not send: another process may be doing it.
            journal.warning("database away", why=str(away).partition("\n")[0])
            self._drop(list(self._couriers))
            self._unreadable = frozenset()
        self._tell_operators()

    async def _attend(self, rows: dict[str, Row]) -> None:
        """A courier for every row, and none for what has been replaced or removed."""
        self._drop([code for code, (courier, _) in self._couriers.items() if code not in rows or courier.revision != rows[code].revision])
        for code, row in rows.items():
            if code not in self._couriers:
                retries = await self._in_thread(self._ledger.retries, code)
                courier = Courier(row, retries, self._means)
                task = asyncio.create_task(courier.run(), name=f"webhook {code}")
                task.add_done_callback(_unbroken)
                self._couriers[code] = courier, task

    def _drop(self, codes: Iterable[str]) -> None:
        for code in codes:
            self._couriers.pop(code)[1].cancel()

    def _tell_operators(self) -> None:
        now, memory = self._clock(), self._tail.memory
        for code, (courier, _) in self._couriers.items():
            WEBHOOK_OFF.labels(code).set(courier.registration.state == "off")
            WEBHOOK_GIVEN_UP.labels(code).set(courier.given_up)
            WEBHOOK_WAITING.labels(code).set(0 if memory is None else memory.directives.behind(courier.places.others_after))
            for action, lift in ACTIONS:
                issued = courier.oldest(lift=lift)
                WEBHOOK_AGE_SECONDS.labels(code, action).set(0.0 if issued is None else max(0.0, (now - issued).total_seconds()))
        for code in self._unreadable - self._named:
            journal.error("the secret of a webhook cannot be opened: was the hub's key changed?", platform=code)
        for code in self._unreadable:
            WEBHOOK_OFF.labels(code).set(1)
        named = {*self._couriers, *self._unreadable}
        for gone in self._named - named:
            _name_no_more(gone)
        self._named = named

    async def _in_thread(self, call: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *given)


def _name_no_more(code: str) -> None:
    for gauge in (WEBHOOK_OFF, WEBHOOK_GIVEN_UP, WEBHOOK_WAITING):
        with suppress(KeyError):  # never said of a platform whose secret could not be opened
            gauge.remove(code)
    for action, _ in ACTIONS:
        with suppress(KeyError):
            WEBHOOK_AGE_SECONDS.remove(code, action)


def _unbroken(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        journal.critical("a courier of webhooks broke", exc_info=error)
        os._exit(70)
