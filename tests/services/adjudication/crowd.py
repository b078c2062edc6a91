"""Followers, officers and a clock of adjudication, each in a thread of its own on one real database."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from random import Random

import psycopg

from events.facts.fact import Statement
from events.transport.follow import Delivered
from events.transport.postgres import pool
from services.adjudication.application.commands import Commands, Order
from services.adjudication.application.hearing import Hearing
from services.adjudication.clock import Clock, Trust
from services.web import Problem
from tests.domain.spec import NOON, REVIEWER
from tests.services.adjudication.court import Court


def handle(hearing: Hearing, batch: Sequence[Delivered], conn: psycopg.Connection) -> None:
    hearing.handle(conn, batch)


class Crowd:
    """Followers, officers and a clock, each in a thread of its own; what any of them raises is raised at the end."""

    def __init__(self, court: Court, random: Random) -> None:
        self.court, self.random = court, random
        self.pool = pool(court.conninfo, name="officers", size=4)
        self.commands = Commands(self.pool, court.rules)
        self._numbers = iter(range(10**9))

    def order(self) -> Order:
        key = f"k{self.random.random()}-{next(self._numbers)}"
        return Order(REVIEWER, key, "事实清楚", key.encode())

    def follower(self, statements: Sequence[Statement]) -> Callable[[], None]:
        """One that hears these in small batches, some of them twice, with a shelf of its own."""
        hearing, random = Hearing(self.court.rules), Random(self.random.random())
        delivered = self.court.record(*statements)

        def hear() -> None:
            waiting = list(delivered)
            while waiting:
                many = random.randint(1, 3)
                self.court.transact(partial(handle, hearing, waiting[:many]))
                waiting = waiting[many if random.random() < 0.8 else many - 1 :]
            self.court.transact(partial(handle, hearing, delivered))

        return hear

    def reviewer(self, steps: Sequence[Callable[[], object]]) -> Callable[[], None]:
        """One who tries each; what is not possible now is refused, never half done."""

        def act() -> None:
            for step in steps:
                try:
                    step()
                except Problem as problem:
                    assert problem.status in (404, 409, 412, 503), problem

        return act

    def clock(self, looks: int) -> Callable[[], None]:
        clock = Clock(self.court.conninfo, self.court.rules, Trust(lambda: self.court.now, lambda: (self.court.now - NOON).total_seconds()))

        def look() -> None:
            for _ in range(looks):
                clock.tick()
            clock.close()

        return look

    def at_once(self, *acts: Callable[[], None]) -> None:
        failures: list[BaseException] = []
        gate = threading.Barrier(len(acts))

        def run(act: Callable[[], None]) -> None:
            gate.wait()
            try:
                act()
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
