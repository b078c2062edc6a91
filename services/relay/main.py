"""The relay's process: one thread for the urgent lanes, one for the bulk, one for directives, one for refusals; one lease."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Protocol

import psycopg
from kafka.errors import KafkaError

from events.transport import settings as reading
from events.transport import startup
from events.transport.kafka import Kafka, producer
from events.transport.postgres import connect
from events.transport.store import ForeignLog, check
from events.transport.telemetry import RELAY_AGE, RELAY_BACKLOG, configure_logs, log, serve_health
from events.transport.topics import LANES
from services.relay import lease, tail
from services.relay.answers import Answers
from services.relay.application import BULK, URGENT, LaneRelay, backlog, wait_for
from services.relay.directive_topic import DirectiveTopic
from services.relay.directives import DirectivePublisher
from services.relay.settings import Settings

POLL_SECONDS = 0.2
"""How long a loop sleeps when there is nothing; NOTIFY wakes it sooner, and is never relied upon."""
RENEW_SECONDS = 2.0
SWITCH_SECONDS = 0.0005
"""A thread that has a lift in hand is not to wait five milliseconds, at each of its steps, for one that packs reports."""
MANY = 16
URGENT_PACE, BULK_PACE = 0.1, 0.2
"""After a round of at least so many facts, more are on their way: so many seconds' rest makes one record of them instead of ten, and
spares every reader behind. A fact alone never waits."""
PLATFORMS_FIRST = 0.03
"""Seconds after news of a directive in which every platform is told: what the views make of the same decision waits for that."""
DIRECTIVE = "directive"


class Loop(Protocol):
    """Something that is stepped until it finds nothing, and again when it is woken."""

    def step(self) -> int: ...
    def close(self) -> None: ...


def numbers(lanes: Sequence[str]) -> frozenset[str]:
    """As the store names them in its notifications."""
    return frozenset(str(LANES[lane]) for lane in lanes)


class Refusals:
    """Ships the refusal table."""

    def __init__(self, conninfo: str, kafka: Kafka) -> None:
        self._conn = connect(conninfo, name="relay")
        self._producer = producer(kafka)
        self._answers = Answers(self._producer)

    def step(self) -> int:
        ids, sends = self._answers.refusals(self._conn)
        if ids:
            wait_for(sends)
            self._conn.execute("UPDATE refusal SET shipped = true WHERE id = ANY(%s)", (ids,))
        return len(ids)

    def close(self) -> None:
        self._producer.close(timeout=2)
        self._conn.close()


class Directives:
    """Publishes directives as state."""

    def __init__(self, conninfo: str, kafka: Kafka, holder: str, news: threading.Event) -> None:
        self._news = news
        self._topic = DirectiveTopic(kafka)
        self._conn = connect(conninfo, name="relay", statement_seconds=10)
        self._producer = producer(kafka)
        self._publisher = DirectivePublisher(self._conn, self._producer, self._topic, holder)

    def step(self) -> int:
        began = time.monotonic()
        sent = self._publisher.publish_changes()
        if self._publisher.others_wait or sent >= MANY:
            self._publisher.rest(time.monotonic() - began, self._news)
        return sent

    def close(self) -> None:
        self._topic.close()
        self._producer.close(timeout=2)
        self._conn.close()


class Relay:
    """Keeps the loops going while the lease is ours."""

    def __init__(self, settings: Settings) -> None:
        self._conninfo = settings.database_relay
        self._kafka = Kafka(settings.kafka, "relay", settings.kafka_password_relay, settings.kafka_ca)
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{time.time_ns()}"
        self._stopping = threading.Event()
        self._wakes: list[tuple[frozenset[str], threading.Event]] = []
        self._state = "starting"
        self._issued_at = -PLATFORMS_FIRST

    def readiness(self) -> str:
        return self._state

    def stop(self, *_: object) -> None:
        self._stopping.set()
        for _wanted, wake in self._wakes:
            wake.set()

    def run(self) -> None:
        """Wait for the lease, then relay until stopped. LeaseLost and ForeignLog end the process."""
        with closing(self._await_lease()) as conn:
            kafka, conninfo, holder = self._kafka, self._conninfo, self._holder
            threads = [
                self._start("urgent", numbers(URGENT), lambda _: self._lanes(URGENT), URGENT_PACE),
                self._start("bulk", numbers(BULK), lambda _: self._lanes(BULK), BULK_PACE),
                self._start("directives", frozenset({DIRECTIVE}), lambda news: Directives(conninfo, kafka, holder, news)),
                self._start("refusals", frozenset({"refusal"}), lambda _: Refusals(conninfo, kafka)),
            ]
            self._state = "ready"
            conn = self._watch(conn)
            for thread in threads:
                thread.join(timeout=5)
            if not conn.closed:
                lease.release(conn, holder)

    def _lanes(self, lanes: Sequence[str]) -> LaneRelay:
        """Only when Kafka knows no more than the log: what a restored log says under ids that were used is dropped, or worse, taken."""
        with connect(self._conninfo, name="relay") as conn:
            tail.compare(conn, self._kafka)
        return LaneRelay(self._conninfo, self._kafka, lanes, self._holder)

    def _await_lease(self) -> psycopg.Connection:
        while True:
            try:
                conn = connect(self._conninfo, name="relay")
                check(conn)
                while not lease.acquire(conn, self._holder):
                    self._state = "standby"
                    if self._stopping.wait(1.0):
                        raise SystemExit(0)
                return conn
            except psycopg.OperationalError as away:
                log.warning("waiting for the database", why=str(away).strip())
                if self._stopping.wait(1.0):
                    raise SystemExit(0) from None

    def _watch(self, conn: psycopg.Connection) -> psycopg.Connection:
        """Renew the lease, pass wake-ups on, and measure the backlog, until stopped."""
        renewed = 0.0
        while not self._stopping.is_set():
            try:
                if conn.closed:
                    conn = connect(self._conninfo, name="relay")
                    renewed = 0.0
                if time.monotonic() - renewed > RENEW_SECONDS:
                    lease.renew(conn, self._holder)
                    conn.execute("LISTEN hub_events")
                    renewed = time.monotonic()
                    for lane, facts, age in backlog(conn):
                        RELAY_BACKLOG.labels(lane).set(facts)
                        RELAY_AGE.labels(lane).set(age)
                for news in conn.notifies(timeout=POLL_SECONDS, stop_after=1):
                    self._wake(frozenset(news.payload.split()))
            except psycopg.OperationalError as away:
                log.warning("database away", why=str(away).strip())
                conn.close()
                self._stopping.wait(0.5)
        return conn

    def _wake(self, news: frozenset[str]) -> None:
        """Only whom it concerns: four loops that all look at once would make the urgent one wait for the interpreter."""
        if DIRECTIVE in news:
            self._issued_at = time.monotonic()
        for wanted, wake in self._wakes:
            if wanted & news:
                wake.set()

    def _start(self, name: str, wanted: frozenset[str], make: Callable[[threading.Event], Loop], pace: float = 0.0) -> threading.Thread:
        """`make` is given what is set at news that it wants; lanes have a pace."""
        wake = threading.Event()
        self._wakes.append((wanted, wake))
        thread = threading.Thread(target=self._loop, args=(name, make, wake, pace), name=name, daemon=True)
        thread.start()
        return thread

    def _loop(self, name: str, make: Callable[[threading.Event], Loop], wake: threading.Event, pace: float) -> None:
        """Step until told to stop; after a failure of Kafka or the database, begin again from what was saved."""
        while not self._stopping.is_set():
            try:
                with closing(make(wake)) as loop:
                    while not self._stopping.is_set():
                        wake.clear()
                        facts = loop.step()
                        if facts >= MANY and pace:
                            self._stopping.wait(pace)
                        elif pace or not facts:  # a lane takes hundreds at once: one that found few has found all
                            wake.wait(POLL_SECONDS)
                            if pace:
                                self._let_platforms_go_first()
            except (KafkaError, psycopg.OperationalError) as away:
                log.warning("begins again", loop=name, why=f"{type(away).__name__}: {away}")
                self._stopping.wait(0.5)
            except (lease.LeaseLost, ForeignLog) as lost:
                log.critical("relay ends", loop=name, why=f"{type(lost).__name__}: {lost}")
                os._exit(70)

    def _let_platforms_go_first(self) -> None:
        """With a directive of this moment, of which the lanes have the reasons."""
        self._stopping.wait(max(0.0, self._issued_at + PLATFORMS_FIRST - time.monotonic()))


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("relay", settings.log_level, settings.otlp_endpoint)
    sys.setswitchinterval(SWITCH_SECONDS)
    startup.settle()
    relay = Relay(settings)
    serve_health(settings.host, settings.relay_port, relay.readiness)
    signal.signal(signal.SIGTERM, relay.stop)
    signal.signal(signal.SIGINT, relay.stop)
    relay.run()


if __name__ == "__main__":
    main()
