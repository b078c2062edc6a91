"""For five minutes a follower is killed, ended, frozen or added every three seconds while statements flow: each fact is applied once."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from random import Random

import pytest

from tests.bench.machine import Usage
from tests.transport.fleet import Fleet, Worker

SECONDS = float(os.environ.get("LIANCHENG_CHURN_SECONDS", "300"))
EVERY = 3.0
EACH_SECOND = 1_000
WORKERS = 3
STALL = 15.0
"""Seconds that nothing may be applied, at the longest."""


class Churn:
    """What becomes of the workers; which, is drawn."""

    def __init__(self, fleet: Fleet, random: Random) -> None:
        self._fleet, self._random = fleet, random
        self.done: dict[str, int] = {}
        self.steps: list[tuple[float, str]] = []
        """When what was done to whom, in seconds of the day's clock."""
        self._frozen: list[tuple[float, ExitStack]] = []

    def step(self, now: float) -> None:
        for until, stack in [it for it in self._frozen if it[0] <= now]:
            stack.close()
            self._frozen.remove((until, stack))
        living = [worker for worker in self._fleet.workers if worker.process.poll() is None]
        what: Callable[[Worker, float], None] = self._random.choice([self._killed, self._ended, self._frozen_for, self._frozen_for])
        if living:
            whom = self._random.choice(living)
            what(whom, now)
            self.steps.append((time.time(), f"{what.__name__.strip('_')} {whom.log.stem}"))
            self.done[what.__name__.strip("_")] = self.done.get(what.__name__.strip("_"), 0) + 1
        while sum(worker.process.poll() is None for worker in self._fleet.workers) < WORKERS:
            self._fleet.start()

    def thaw(self) -> None:
        for _, stack in self._frozen:
            stack.close()

    def _killed(self, worker: Worker, _: float) -> None:
        self._fleet.end(worker, signal.SIGKILL)

    def _ended(self, worker: Worker, _: float) -> None:
        worker.process.send_signal(signal.SIGTERM)

    def _frozen_for(self, worker: Worker, now: float) -> None:
        """Shorter or longer than Kafka waits for it."""
        stack = ExitStack()
        stack.enter_context(self._fleet.frozen(worker))
        self._frozen.append((now + self._random.choice([2.0, 9.0]), stack))


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 300)
def test_no_churn_loses_or_doubles_a_fact(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    churn, before = Churn(fleet, Random(os.urandom(8))), Usage.now(os.getpid())
    fleet.ready(*(fleet.start() for _ in range(WORKERS)))
    ends = time.monotonic() + SECONDS
    with fleet.saying(EACH_SECOND):
        while (now := time.monotonic()) < ends:
            churn.step(now)
            time.sleep(EVERY)
        churn.thaw()
    done = fleet.settled()
    (stall, began), others = fleet.longest_stall(), min(Usage.now(os.getpid()).foreign(before), 0.9)
    with capsys.disabled():
        sys.stdout.write(f"\nchurn for {SECONDS:.0f} s, {churn.done}: {done}, longest stall {stall:.1f} s, others had {others:.0%}\n")
    assert (done.lost, done.doubled) == (0, 0)
    assert done.said >= 0.5 * SECONDS * EACH_SECOND
    # On a machine that others use as well it may take longer by as much as they took.
    assert stall <= STALL / (1 - others), [step for at, step in churn.steps if began - 10 <= at <= began + stall]
