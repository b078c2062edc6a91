"""The thread that follows the log and keeps the feeds' memory: which directives there are, and which notices for whom."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from events.facts.fact import Measure, Tier
from events.transport import postgres
from events.transport.store.recorder import TOLD
from events.transport.telemetry import log as journal
from projections.reading import snapshot
from services.directives.domain import Issued, Register
from services.directives.log import read
from services.directives.log.recent import Recent
from services.directives.notices.book import NoticeBook

T = TypeVar("T")

NEWS = frozenset(TOLD.values())
"""What the store's notifications say when there is one."""
POLL_SECONDS = 0.25
AWAY_SECONDS = 0.5
WAIT_SECONDS = 1.0
PAGE = 2000


class Memory:
    """What is kept of one epoch of the log."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.directives = Register()
        self.notices = NoticeBook()
        self.recent = Recent()
        self.asked: frozenset[Measure] = frozenset()
        """The measures that any directive has asked for."""
        self.rounds: Mapping[str, int] = {}
        """How often each platform was asked to begin its copy again; who is not named, never."""
        self.read_to = 0
        """The last directive read; the register's head is lower when that one had been superseded before it came."""

    @property
    def head(self) -> int:
        """The last id of any kind that was read: tokens of this memory go no further."""
        return max(self.read_to, self.notices.head)

    @property
    def mark(self) -> tuple[int, int, int, int]:
        """Changes with everything that is taken in."""
        return self.epoch, self.read_to, self.notices.head, sum(self.rounds.values())


class Bell:
    """Wakes coroutines of any event loop from the thread that follows the log. Once silenced, nobody waits any more."""

    def __init__(self) -> None:
        self.silenced = False
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def ring(self) -> None:
        with self._lock:
            waiting = list(self._waiting)
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def silence(self) -> None:
        """The service stops: who waits ends."""
        self.silenced = True
        self.ring()

    @contextmanager
    def heard(self) -> Iterator[asyncio.Event]:
        """An event that is set at every ring from now on; clear it before looking, wait after."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(entry)
        try:
            yield entry[1]
        finally:
            with self._lock:
                self._waiting.discard(entry)


async def rung(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was set within so many seconds. Without a task of its own, as `asyncio.wait_for` makes: a hundred wait at once."""
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await event.wait()
    except TimeoutError:
        return False
    return True


class Tail:
    """Polling is the truth, NOTIFY only wakes: a connection that went silent delays by one poll and loses nothing."""

    def __init__(self, conninfo: str) -> None:
        self.bell = Bell()
        self._conninfo = conninfo
        self._memory: Memory | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._connected = False
        self._rung: tuple[int, int, int, int] | None = None
        self._thread = threading.Thread(target=self._run, name="tail", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    @property
    def memory(self) -> Memory | None:
        """None until the log has been read once."""
        return self._memory

    def ready(self) -> str:
        if self._memory is None:
            return "starting"
        return "ready" if self._connected else "degraded"

    def catch_up(self, conn: psycopg.Connection, *, anew: bool = False) -> Memory:
        """Read what is new; the memory that holds everything committed by now. Any thread may call it.

        psycopg.OperationalError when another thread is stuck in a database that does not answer.
        """
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise psycopg.OperationalError("the log cannot be read now")
        try:
            with snapshot(conn):
                epoch = read.epoch(conn)
                memory = Memory(epoch) if anew or self._memory is None or self._memory.epoch != epoch else self._memory
                _take_directives(conn, memory)
                if memory is self._memory:
                    self._tell(memory)  # before what else there is to read
                _take_notices(conn, memory)
                memory.rounds = read.rounds(conn)
            self._memory = memory
        finally:
            self._lock.release()
        self._tell(memory)
        return memory

    def _tell(self, memory: Memory) -> None:
        if self._rung != memory.mark:
            self._rung = memory.mark
            self.bell.ring()

    def _run(self) -> None:
        try:
            self._keep_following()
        except Exception:
            # A feed that silently stands still keeps merchants restricted: whoever watches the process starts it again.
            journal.critical("the tail of the log broke", exc_info=True)
            os._exit(70)

    def _keep_following(self) -> None:
        while not self._stopping.is_set():
            try:
                with postgres.connect(self._conninfo, name="directives-tail") as conn:
                    conn.execute("LISTEN hub_events")
                    self._follow(conn)
            except psycopg.OperationalError as away:
                self._connected = False
                journal.warning("database away", error=str(away).partition("\n")[0])
                self._stopping.wait(AWAY_SECONDS)

    def _follow(self, conn: psycopg.Connection) -> None:
        # Anew on each connection: after a failover the log may end earlier than what is remembered of it.
        self.catch_up(conn, anew=True)
        while not self._stopping.is_set():
            self._connected = True
            for news in conn.notifies(timeout=POLL_SECONDS):
                if NEWS.intersection(news.payload.split()):
                    break
            self.catch_up(conn)


def _take_directives(conn: psycopg.Connection, memory: Memory) -> None:
    for page in _pages(lambda: read.directives_after(conn, memory.read_to, PAGE)):
        for position, fact in page:
            memory.recent.add(position, fact)
            memory.directives.add(Issued(position, fact.subject_id, fact.seq, fact.tier >= Tier.RESTRICTED, fact.lift))
            memory.read_to = position
        memory.asked |= {one.measure for _, fact in page for one in fact.measures}


def _take_notices(conn: psycopg.Connection, memory: Memory) -> None:
    for page in _pages(lambda: read.notices_after(conn, memory.notices.head, PAGE)):
        for position, fact in page:
            memory.notices.add(position, fact)


def _pages(read_page: Callable[[], list[T]]) -> Iterator[list[T]]:
    """Until one is not full: in a snapshot nothing comes after it."""
    while page := read_page():
        yield page
        if len(page) < PAGE:
            return
