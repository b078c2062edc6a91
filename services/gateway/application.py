"""Group commit: what is waiting is committed together, and each request learns what became of its statements."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import NamedTuple, Protocol

import psycopg
from eventsourcing.persistence import PersistenceError

from events.transport.store import Recorded, Submission
from events.transport.telemetry import COMMIT_SECONDS, GROUP_SIZE, log

GROUP = 1000
"""Statements in one commit; a request is never divided."""
WAITING = 20_000
"""Statements that may wait. Beyond it is better to say so at once than after the deadline."""
LOOKUPS = 64
DEADLINE = 1.8
"""Seconds from a request to its answer, whatever the database does. The contract says two."""


class Unavailable(Exception):
    """Nothing can be promised now: the store is away, slow, or too much is waiting."""


class Records(Protocol):
    """What is needed of the store."""

    def append_statements(self, submissions: Sequence[Submission]) -> list[Recorded]: ...

    def receipt(self, source: str, statement_id: str) -> Recorded | None: ...

    def reachable(self) -> bool: ...

    def close(self) -> None: ...


class _Request(NamedTuple):
    submissions: Sequence[Submission]
    answer: "asyncio.Future[list[Recorded]]"
    loop: asyncio.AbstractEventLoop
    expires: float


class Intake:
    """One thread writes. A request whose client went away is committed all the same: nobody knows what the client knows.

    The store is opened by that thread, again and again until the database is there: `open_store` raises OperationalError of
    psycopg or of the library until then.
    """

    def __init__(self, open_store: Callable[[], Records], clock: Callable[[], float] = monotonic) -> None:
        self._open_store, self._clock = open_store, clock
        self._store: Records | None = None
        self._queue: deque[_Request] = deque()
        self._waiting = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._state, self._busy_since = "starting", 0.0
        self._writer = threading.Thread(target=self._write, name="intake")
        self._lookups = ThreadPoolExecutor(4, thread_name_prefix="lookup")
        self._looking = 0

    def start(self) -> None:
        self._writer.start()

    def stop(self) -> None:
        """Commits what waits, then ends."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._writer.join()
        self._lookups.shutdown(wait=False, cancel_futures=True)
        if self._store is not None:
            self._store.close()

    def state(self) -> str:
        """For readiness. A commit that takes longer than any request waits is a store that does not answer."""
        busy_since = self._busy_since
        if busy_since and self._clock() - busy_since > DEADLINE:
            return "the store does not answer"
        return self._state

    async def record(self, submissions: Sequence[Submission], deadline: float) -> list[Recorded]:
        """What became of each, after the commit. Unavailable at the deadline (of the clock) or when too much is waiting.

        After Unavailable the statements may have been recorded or not: sending them again tells.
        """
        loop = asyncio.get_running_loop()
        request = _Request(submissions, loop.create_future(), loop, deadline)
        with self._changed:
            if self._stopping or self._waiting + len(submissions) > WAITING:
                raise Unavailable("too much is waiting")
            self._queue.append(request)
            self._waiting += len(submissions)
            self._changed.notify()
        try:
            async with asyncio.timeout(deadline - self._clock()):
                return await request.answer
        except TimeoutError:
            raise Unavailable("no commit in time") from None

    async def receipt(self, source: str, statement_id: str) -> Recorded | None:
        """What is recorded under this id; Unavailable when the store does not say so in time."""
        if self._store is None or self._looking >= LOOKUPS:
            raise Unavailable("the store does not answer")
        loop = asyncio.get_running_loop()
        self._looking += 1
        lookup = loop.run_in_executor(self._lookups, self._store.receipt, source, statement_id)
        lookup.add_done_callback(self._looked)
        try:
            async with asyncio.timeout(DEADLINE / 2):
                return await asyncio.shield(lookup)
        except (TimeoutError, psycopg.OperationalError):
            raise Unavailable("the store does not answer") from None

    def _looked(self, lookup: "asyncio.Future[Recorded | None]") -> None:
        self._looking -= 1
        if not lookup.cancelled():
            lookup.exception()  # fetched: nobody may be waiting for it any more

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._stopping, timeout=1.0)
                group = self._take() if self._store is not None else []
                ending = self._stopping and not group
            if ending:
                return
            if self._store is None:
                self._open()
            elif group:
                self._commit(self._store, group)
            elif self._state != "ready":
                self._probe(self._store)

    def _open(self) -> None:
        try:
            self._store = self._open_store()
        except (psycopg.OperationalError, PersistenceError) as away:
            self._state = "the store is away"
            log.warning("store not opened", error=type(away).__name__)
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, timeout=0.5)
        else:
            self._state = "ready"

    def _take(self) -> list[_Request]:
        """What fits one commit, without the requests that have been told to come again."""
        now, size, group = self._clock(), 0, list[_Request]()
        while self._queue and (not group or size + len(self._queue[0].submissions) <= GROUP):
            request = self._queue.popleft()
            self._waiting -= len(request.submissions)
            if request.expires > now:
                size += len(request.submissions)
                group.append(request)
        return group

    def _probe(self, store: Records) -> None:
        """Without requests nothing else would find out that the store is back."""
        self._busy_since = self._clock()
        self._state = "ready" if store.reachable() else "the store is away"
        self._busy_since = 0.0

    def _commit(self, store: Records, group: Sequence[_Request]) -> None:
        submissions = [submission for request in group for submission in request.submissions]
        self._busy_since = started = self._clock()
        try:
            recorded = store.append_statements(submissions)
        except psycopg.OperationalError as away:
            self._state = "the store is away"
            log.warning("commit failed", statements=len(submissions), error=type(away).__name__)
            self._fail(group, Unavailable("the store is away"))
        except Exception as failure:
            # Not foreseen: it is given to whose request it is, alone, so that it harms no neighbour.
            if len(group) == 1:
                self._fail(group, failure)
            else:
                for request in group:
                    self._commit(store, [request])
        else:
            self._state = "ready"
            seconds = self._clock() - started
            self._answer(group, recorded)
            COMMIT_SECONDS.observe(seconds)
            GROUP_SIZE.observe(len(submissions))
            traces = sorted({submission.fact.trace or "" for submission in submissions})
            accepted = sum(one.outcome == "accepted" for one in recorded)
            log.info("committed", statements=len(submissions), accepted=accepted, milliseconds=round(seconds * 1000, 2), traces=traces)
        finally:
            self._busy_since = 0.0

    @staticmethod
    def _answer(group: Sequence[_Request], recorded: list[Recorded]) -> None:
        begin = 0
        for request in group:
            end = begin + len(request.submissions)
            _tell(request, recorded[begin:end])
            begin = end

    @staticmethod
    def _fail(group: Sequence[_Request], error: Exception) -> None:
        for request in group:
            _tell(request, error)


def _tell(request: _Request, answer: list[Recorded] | Exception) -> None:
    """On the request's own loop; a request that was given up is not told."""

    def tell() -> None:
        if request.answer.done():
            return
        if isinstance(answer, Exception):
            request.answer.set_exception(answer)
        else:
            request.answer.set_result(answer)

    request.loop.call_soon_threadsafe(tell)
