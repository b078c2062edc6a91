"""Followers of one group, each a process of its own, over real Kafka, behind a relay; and the count of what they applied."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import httpx
import msgspec
from kafka.errors import KafkaError

from deploy.demo.patience import until
from events.transport.store import Store
from services.relay import lease
from services.relay.application import LaneRelay
from tests.support.stack import Broker, Database
from tests.transport.follower_process import CONSUMER, LANES, Wish
from tests.transport.statements import answered, appealed

HOLDER = "the fleet's relay"
PREPARE = """
CREATE TABLE applied (id bigint NOT NULL, worker int NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
INSERT INTO position (consumer, topic, partition, epoch)
SELECT '{consumer}', topic, partition, (SELECT epoch FROM log) FROM relay_published WHERE topic IN ({topics});
"""
BEHIND = (
    "SELECT coalesce(sum(r.last_id - p.last_id), 0) FROM position p JOIN relay_published r USING (topic, partition) WHERE p.consumer = %s"
)
UNSENT = "SELECT count(*) FROM hub_events e JOIN relay_cursor c USING (lane) WHERE e.notification_id > c.last_id"


class Tally(NamedTuple):
    """Facts of the log, and what the followers made of them."""

    said: int
    applied: int
    lost: int
    doubled: int


class Worker(NamedTuple):
    """A follower's process."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def state(self) -> str:
        """What its readiness says."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=1.0).text.strip()
        except httpx.HTTPError as away:
            return type(away).__name__


class Fleet:
    """The log is a test's own database; the relay runs in a thread."""

    def __init__(self, database: Database, broker: Broker, folder: Path) -> None:
        self.database, self.broker, self._folder = database, broker, folder
        self.owner = database.connect()
        topics = ", ".join(f"'liancheng.{lane}.v1'" for lane in LANES)
        self.owner.execute(PREPARE.format(consumer=CONSUMER, topics=topics))
        self.store = Store(database.conninfo("gateway"))
        assert lease.acquire(self.owner, HOLDER)
        self.workers: list[Worker] = []
        self.scratch = folder / "scratch"
        """Where workers run, and have their temporary files."""
        self.scratch.mkdir()
        self._leaving = Event()
        self._relay = Thread(target=self._ship, name="relay")
        self._relay.start()

    def close(self) -> None:
        self._leaving.set()
        self._relay.join()
        for worker in self.workers:
            self.end(worker, signal.SIGKILL)
        self.store.close()
        self.owner.close()

    # -- what is said -----------------------------------------------------------------------------------------------

    def say(self, facts: int) -> None:
        """So many, of many accounts, one in ten urgent."""
        self.store.append_statements([(answered if n % 10 else appealed)(account=f"shop-{n % 37}") for n in range(facts)])

    @contextmanager
    def saying(self, each_second: int) -> Iterator[None]:
        """In groups of a tenth of a second, while the context lasts."""
        done = Event()

        def run() -> None:
            while not done.wait(0.1):
                self.say(each_second // 10)

        thread = Thread(target=run, name="said")
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _ship(self) -> None:
        conninfo, kafka = self.database.conninfo("relay"), self.broker.user("relay")
        while not self._leaving.is_set():
            with suppress(KafkaError):
                relay = LaneRelay(conninfo, kafka, LANES, HOLDER)
                try:
                    while not self._leaving.is_set():
                        if not relay.step():
                            self._leaving.wait(0.05)
                finally:
                    relay.close()

    # -- who follows ------------------------------------------------------------------------------------------------

    def start(self, *, silence: float = 60.0) -> Worker:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        wish = Wish(self.database.owner, self.broker.user("projections"), port, silence)
        log = self._folder / f"worker-{len(self.workers)}.log"
        command = [sys.executable, "-m", "tests.transport.follower_process", msgspec.json.encode(wish).decode()]
        with log.open("wb") as out:
            environment = os.environ | {"TMPDIR": str(self.scratch), "PYTHONPATH": str(Path.cwd())}
            process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=self.scratch, env=environment)
        worker = Worker(process, port, log)
        self.workers.append(worker)
        return worker

    def ready(self, *workers: Worker) -> None:
        for worker in workers:
            until("a worker that is ready", lambda it=worker: it.state() == "ready" or None, 60.0)  # type: ignore[misc]

    @staticmethod
    def end(worker: Worker, how: signal.Signals) -> None:
        worker.process.send_signal(signal.SIGCONT)
        worker.process.send_signal(how)
        worker.process.wait(30)

    @staticmethod
    @contextmanager
    def frozen(worker: Worker) -> Iterator[None]:
        worker.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            worker.process.send_signal(signal.SIGCONT)

    # -- what came of it --------------------------------------------------------------------------------------------

    def shipped(self) -> None:
        """Everything said is on Kafka."""
        until("all shipped", lambda: self._one(UNSENT) == 0 or None, 60.0, every=0.05)

    def settled(self, patience: float = 90.0) -> Tally:
        """When nobody is behind any more."""
        self.shipped()
        until("nobody behind", lambda: self._one(BEHIND, CONSUMER) == 0 or None, patience, every=0.1)
        return self.tally()

    def tally(self) -> Tally:
        said = self._one("SELECT count(*) FROM hub_events")
        applied, distinct = self._one("SELECT count(*) FROM applied"), self._one("SELECT count(DISTINCT id) FROM applied")
        lost = self._one("SELECT count(*) FROM hub_events e WHERE NOT EXISTS (SELECT FROM applied a WHERE a.id = e.notification_id)")
        return Tally(said, applied, lost, applied - distinct)

    def longest_stall(self) -> tuple[float, float]:
        """Seconds in which nothing was applied, between the first and the last that was; and when they began."""
        query = (
            "SELECT extract(epoch FROM at - before), extract(epoch FROM before)"
            " FROM (SELECT at, lag(at) OVER (ORDER BY at) AS before FROM applied) a WHERE before IS NOT NULL ORDER BY 1 DESC LIMIT 1"
        )
        row = self.owner.execute(query).fetchone()
        assert row is not None
        return float(row[0]), float(row[1])

    def _one(self, query: str, *values: object) -> int:
        row = self.owner.execute(query, values).fetchone()
        assert row is not None
        return int(row[0])


def whole(facts: int) -> Tally:
    """Each applied once."""
    return Tally(facts, facts, 0, 0)
