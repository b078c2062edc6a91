"""Kafka's broker is killed ten times while statements flow: all are accepted, each is applied once, and soon after it is back."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from threading import Event, Thread
from time import monotonic, sleep

import psycopg
import pytest

from deploy.demo.patience import until
from tests.flow.flood import Flood
from tests.flow.world import World

KILLS = 10
PROGRESS = "SELECT sum(last_id) FROM position WHERE consumer LIKE 'casefile:%'"


class Pulse:
    """When the casefile went on, looked at twenty times a second."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self._conn, self._done = conn, Event()
        self.beats: list[float] = []
        self._thread = Thread(target=self._run, name="pulse")
        self._thread.start()

    def after(self, moment: float) -> float | None:
        return next((beat for beat in self.beats if beat > moment), None)

    def longest(self) -> float:
        return max(later - sooner for sooner, later in zip(self.beats, self.beats[1:], strict=False))

    def end(self) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        before = None
        while not self._done.wait(0.05):
            row = self._conn.execute(PROGRESS).fetchone()
            if row is not None and row[0] != before:
                before = row[0]
                self.beats.append(monotonic())


@pytest.fixture
def pulse(world: World) -> Iterator[Pulse]:
    with world.hub.connect("projections") as conn:
        pulse = Pulse(conn)
        try:
            yield pulse
        finally:
            pulse.end()


@pytest.fixture
def flood(world: World, tmp_path: Path) -> Iterator[Flood]:
    flood = Flood(world, tmp_path, pause=0.2)
    try:
        yield flood
    finally:
        flood.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_deaths_of_the_broker_lose_and_double_nothing(flood: Flood, pulse: Pulse, capsys: pytest.CaptureFixture[str]) -> None:
    hub = flood.world.hub
    recoveries: list[float] = []
    with flood.flowing():
        for _ in range(KILLS):
            sleep(2.0)
            os.killpg(hub.pid("kafka"), signal.SIGKILL)
            hub.await_ready("kafka")
            back = monotonic()
            recoveries.append(until("progress", lambda since=back: pulse.after(since), 60.0) - back)  # type: ignore[misc]
    wanted, settled = flood.wanted(), flood.settled(180.0)
    tally = flood.tally()
    cuts = quantiles(recoveries, n=100, method="inclusive")
    with capsys.disabled():
        sys.stdout.write(
            f"\n{KILLS} deaths of the broker: {flood.said} said, {tally}, found {settled}, longest stall {pulse.longest():.1f} s,"
            f" from a broker that is back to progress p50 {cuts[49]:.1f} p99 {cuts[98]:.1f} s\n"
        )
    assert settled == wanted
    assert tally.refused == 0
