"""Asks prepared requests over several connections: as fast as answers come, or at a fixed rate whatever the answers do.

python -m tests.bench.client.asker < PLAN > ANSWER, both MessagePack. Every answer is counted; times are of one clock for all
processes of the machine.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable

import msgspec
import uvloop

from tests.bench.client.connection import Connection

TICK = 0.001


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`requests` are asked in order and over again, except `once`. Without a rate each connection asks as soon as it was answered."""

    host: str
    port: int
    requests: list[bytes]
    connections: int
    seconds: float
    rate: float | None = None
    once: bool = False
    marker: bytes = b""
    """Answers that contain it are counted apart."""
    keep: bool = False
    """Whether the bodies of all answers are handed back."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Latencies in milliseconds from when a request was due, and only at a fixed rate."""

    began: float
    ended: float
    asked: int
    statuses: dict[int, int]
    marked: int
    latencies: list[float]
    bodies: list[bytes]

    @property
    def rate(self) -> float:
        return self.asked / (self.ended - self.began)


class Asker:
    """All connections of one plan. It stops asking after the plan's seconds and waits for what is on its way."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._asked = self._answers = self._marked = 0
        self._statuses: Counter[int] = Counter()
        self._latencies: list[float] = []
        self._bodies: list[bytes] = []
        self._idle: list[Connection] = []
        self._due: dict[Connection, float] = {}
        self._late: deque[float] = deque()
        self._began = 0.0

    async def run(self) -> Asked:
        loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = loop.create_future()
        for _ in range(self._plan.connections):
            _, connection = await loop.create_connection(self._connection, self._plan.host, self._plan.port)
            self._idle.append(connection)
        everybody = list(self._idle)
        self._began = time.monotonic()
        if self._plan.rate is None:
            while self._idle:
                self._next(self._idle.pop())
        else:
            self._tick(loop, self._plan.rate)
        await self._done
        ended = time.monotonic()
        for connection in everybody:
            connection.close()
        return Asked(
            began=self._began,
            ended=ended,
            asked=self._asked,
            statuses=dict(self._statuses),
            marked=self._marked,
            latencies=self._latencies,
            bodies=self._bodies,
        )

    def _connection(self) -> Connection:
        return Connection(self._answered, self._fail)

    def _fail(self, reason: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(reason)

    def _answered(self, connection: Connection, status: int, body: bytes) -> None:
        self._statuses[status] += 1
        self._answers += 1
        if self._plan.marker and self._plan.marker in body:
            self._marked += 1
        if self._plan.keep:
            self._bodies.append(body)
        if self._plan.rate is None:
            self._next(connection)
            return
        self._latencies.append((time.monotonic() - self._due.pop(connection)) * 1000)
        if self._late:
            self._ask(connection, self._late.popleft())
        else:
            self._idle.append(connection)

    def _next(self, connection: Connection) -> None:
        if self._over():
            self._finish()
        else:
            connection.ask(self._request())

    def _tick(self, loop: asyncio.AbstractEventLoop, rate: float) -> None:
        """Ask what has become due since the last millisecond, or let it wait for a connection, from now on.

        That the timer itself came late is not counted. A client that turned without sleeping would be exact, but it would take a
        processor from those that it measures.
        """
        now = time.monotonic()
        passed = min(now - self._began, self._plan.seconds)
        for _ in range(self._asked + len(self._late), int(passed * rate)):
            if self._idle:
                self._ask(self._idle.pop(), now)
            else:
                self._late.append(now)
        if passed == self._plan.seconds and not self._late:
            self._finish()
        if not self._done.done():
            loop.call_later(TICK, self._tick, loop, rate)

    def _ask(self, connection: Connection, due: float) -> None:
        self._due[connection] = due
        connection.ask(self._request())

    def _request(self) -> bytes:
        found = self._plan.requests[self._asked % len(self._plan.requests)]
        self._asked += 1
        return found

    def _over(self) -> bool:
        return time.monotonic() - self._began >= self._plan.seconds or (self._plan.once and self._asked == len(self._plan.requests))

    def _finish(self) -> None:
        if self._answers == self._asked and not self._done.done():
            self._done.set_result(None)


async def ask(plan: Plan) -> Asked:
    return await Asker(plan).run()


def main() -> None:
    plan = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.msgpack.encode(uvloop.run(ask(plan))))


def elsewhere(plan: Plan, meanwhile: Callable[[], None] = lambda: None) -> Asked:
    """The plan, carried out by a process of its own; `meanwhile` is called all the time."""
    with (
        tempfile.TemporaryFile() as answer,
        subprocess.Popen([sys.executable, "-m", __spec__.name], stdin=subprocess.PIPE, stdout=answer) as client,
    ):
        assert client.stdin is not None
        client.stdin.write(msgspec.msgpack.encode(plan))
        client.stdin.close()
        while client.poll() is None:
            meanwhile()
            time.sleep(0.02)
        answer.seek(0)
        if client.returncode != 0:
            raise RuntimeError(f"the client ended with {client.returncode}")
        return msgspec.msgpack.decode(answer.read(), type=Asked)


if __name__ == "__main__":
    main()
