"""A Faust worker that hands records over in the order of each partition, from where PostgreSQL says, and acknowledges after the commit.

Faust 0.15.3 commits past records still in flight, so its group offsets are never used: each assignment seeks to our places.
"""

import asyncio
import logging
import os
import ssl
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

import faust
import uvloop
from faust.transport.drivers import aiokafka as driver

from events.transport.kafka import Kafka
from events.transport.positions import TP
from events.transport.telemetry import log, watch_loop

A = TypeVar("A")
R = TypeVar("R")

MAX_RECORDS = 500
"""Taken at once. An envelope holds up to 512 KiB, so this also bounds memory."""
PATIENCE = 0.05
"""Seconds that records of a patient topic wait for more."""


class Message(NamedTuple):
    """A Kafka record as it came."""

    tp: TP
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def _nothing(_: frozenset[TP]) -> None:
    return None


class Handler(NamedTuple):
    """What a worker does: all but `watch` in one and the same thread, never two at a time. Whatever one raises ends the process."""

    process: Callable[[Sequence[Message]], None]
    """Takes records durably."""
    seek: Callable[[frozenset[TP]], Mapping[TP, int | None]]
    """Where to go after an assignment; None for the beginning."""
    tick: Callable[[frozenset[TP]], None]
    """Called each second with the partitions assigned."""
    watch: Callable[[frozenset[TP]], None] = _nothing
    """The same in another thread, which goes on when the first one is held up."""
    patient: frozenset[str] = frozenset()
    """Topics whose records are taken a moment later, together with what comes meanwhile, and at once with a record of any other."""


class CommittedOnly(driver.AIOKafkaConsumerThread):
    """Faust reads uncommitted records unless it is in its own transactions; an aborted record was never said."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        return consumer


class PlacedConsumer(driver.Consumer):
    """Seeks to the places of `handler`, whatever the group has committed."""

    handler: Handler
    thread: ThreadPoolExecutor

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return CommittedOnly(self, loop=self.loop, beacon=self.beacon)

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:
        """One await instead of four tasks a record while nothing is suspended: half the cost of a record."""
        calm = not (self.suspend_flow.is_set() or self._stopped.is_set() or self._crashed.is_set())
        if len(coros) == 2 and timeout is None and calm and self.app.flow_control.is_active():
            coros[1].close()
            return await coros[0]
        return await super().wait_first(*coros, timeout=timeout)

    async def perform_seek(self) -> None:
        assigned = [tp for tp in self.assignment() if not tp.topic.startswith(self.app.conf.id)]
        places = await self.loop.run_in_executor(self.thread, _or_die, self.handler.seek, frozenset(TP(*tp) for tp in assigned))
        if not assigned:
            return
        beginnings = await self.earliest_offsets(*assigned)
        ends = await self.highwaters(*assigned)
        within = {tp: hint for tp in assigned if (hint := places.get(TP(*tp))) is not None and beginnings[tp] <= hint <= ends[tp]}
        offsets = {tp: within.get(tp, beginnings[tp]) for tp in assigned}
        # Not by `seek`, which Faust does from here under the hands of the thread that reads.
        await self.seek_wait(offsets)
        for tp, offset in offsets.items():
            # Faust drops what lies at or before these; None, or everything of a topic that was made again is dropped.
            self._read_offset[tp] = self._committed_offset[tp] = offset - 1 if tp in within and offset else None


class App(faust.App):
    """It has no tables, so it writes nothing to a disk."""

    def _create_directories(self) -> None:
        """Faust would make some for each process, and leave them."""


def _credentials(kafka: Kafka) -> faust.SASLCredentials:
    """With a context of TLS exactly where kafka-python speaks it too; it asks for a certificate and checks the broker's name."""
    encrypted = ssl.create_default_context(cafile=kafka.ca) if kafka.ca else None
    return faust.SASLCredentials(username=kafka.user, password=kafka.password, mechanism="SCRAM-SHA-512", ssl_context=encrypted)


def _app(group: str, kafka: Kafka, topics: Sequence[str]) -> App:
    return App(
        group,
        broker=f"kafka://{kafka.bootstrap.replace(',', ';')}",
        broker_credentials=_credentials(kafka),
        topic_disable_leader=True,
        topic_allow_declare=False,
        store="memory://",
        web_enabled=False,
        value_serializer="raw",
        key_serializer="raw",
        broker_session_timeout=kafka.session,
        broker_heartbeat_interval=kafka.session / 4,
        broker_rebalance_timeout=10.0,
        broker_commit_interval=5.0,
        broker_max_poll_records=MAX_RECORDS,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=5_000,
        stream_wait_empty=False,
        stream_buffer_maxsize=20_000,
    )


async def _take(stream: Any, handler: Handler, thread: ThreadPoolExecutor) -> None:
    """Take whatever has queued, hand it over, acknowledge: one record alone waits for nothing, unless its topic is patient.

    A failure ends the process here, before the generator unwinds and acknowledges what was not done.
    """
    waiting: deque[Any] = deque()
    arrived, urgent, taken = asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def work() -> None:
        while True:
            await arrived.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await urgent.wait()
            arrived.clear()
            urgent.clear()
            while waiting:
                events = [waiting.popleft() for _ in range(min(len(waiting), MAX_RECORDS))]
                await loop.run_in_executor(thread, _or_die, handler.process, [_message(event) for event in events])
                for event in events:
                    await stream.ack(event)
                taken.set()

    worker = asyncio.ensure_future(work())
    try:
        async for event in stream.noack().events():
            waiting.append(event)
            arrived.set()
            if event.message.topic not in handler.patient or len(waiting) >= MAX_RECORDS:
                urgent.set()
            if len(waiting) >= 4 * MAX_RECORDS:
                taken.clear()
                await taken.wait()
    finally:
        worker.cancel()


def _message(event: Any) -> Message:
    message = event.message
    headers = message.headers
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or ())
    return Message(TP(message.topic, message.partition), message.offset, message.key, message.value, pairs)


def _or_die(step: Callable[[A], R], argument: A) -> R:
    """Run a step; whatever it raises ends the process at once with 70, so that nothing is acknowledged on the way out."""
    try:
        return step(argument)
    except BaseException:
        log.critical("worker ends", exc_info=True)
        logging.shutdown()
        os._exit(70)


def run(*, group: str, kafka: Kafka, topics: Sequence[str], handler: Handler) -> None:
    """Follow these topics until SIGTERM. Never returns otherwise."""
    uvloop.install()
    thread, watcher = ThreadPoolExecutor(1, thread_name_prefix=group), ThreadPoolExecutor(1, thread_name_prefix="watchdog")

    class Consumer(PlacedConsumer):
        pass

    Consumer.handler, Consumer.thread = handler, thread
    driver.Transport.Consumer = Consumer
    app = _app(group, kafka, topics)

    async def take(stream: Any) -> None:
        await _take(stream, handler, thread)

    def assigned() -> frozenset[TP]:
        return frozenset(TP(*tp) for tp in app.consumer.assignment())

    async def tick() -> None:
        await asyncio.get_running_loop().run_in_executor(thread, _or_die, handler.tick, assigned())

    async def watch() -> None:
        await asyncio.get_running_loop().run_in_executor(watcher, _or_die, handler.watch, assigned())

    @app.on_rebalance_complete.connect
    async def joined(*_: Any, **__: Any) -> None:
        """Faust seeks nothing for a worker that got no partition, who is as ready as the others to take one over."""
        if not assigned():
            await asyncio.get_running_loop().run_in_executor(thread, _or_die, handler.seek, frozenset[TP]())

    app.agent(app.topic(*topics, key_type=bytes, value_type=bytes), name=group, concurrency=1)(take)
    app.timer(interval=1.0)(tick)
    app.timer(interval=1.0)(watch)
    app.task(watch_loop)
    faust.Worker(app, loglevel="warn", quiet=True, override_logging=False, redirect_stdouts=False).execute_from_commandline()
