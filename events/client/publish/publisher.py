"""Empties an outbox by one road, and goes on until everything in it is answered."""

from collections.abc import Callable, Sequence
from random import Random
from threading import Event, Thread
from typing import Protocol

from events.client.hub import Unreachable
from events.client.publish.outbox import Outbox, Outcome
from events.client.statement import Statement

LONGEST = 30.0


class Road(Protocol):
    """A way to the hub."""

    resend_after: float
    """Seconds of silence after which a statement is sent again; repeating is harmless, the hub knows it by its id."""

    def send(self, statements: Sequence[Statement]) -> Sequence[Outcome]:
        """Bring them to the hub; give the outcomes that are known at once. Raises Unreachable: anything may have happened."""
        ...

    def close(self) -> None: ...


class Publisher:
    """One thread that sends. `heard` is told each outcome once, `doubt` why nothing goes through."""

    def __init__(
        self,
        outbox: Outbox,
        road: Road,
        *,
        clock: Callable[[], float],
        heard: Callable[[Sequence[Outcome]], None] = lambda _: None,
        doubt: Callable[[Exception], None] = lambda _: None,
        limit: int = 100,
    ) -> None:
        self.outbox, self._road, self._clock, self._limit = outbox, road, clock, limit
        self._heard, self._doubt = heard, doubt
        self._stop, self._jitter = Event(), Random()
        self._thread = Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when what is under way is finished. What waits, waits for the next start."""
        self._stop.set()
        self._thread.join()
        self._road.close()

    def pump(self) -> int:
        """One round: gives how many statements were sent. Raises Unreachable, and then everything still waits."""
        statements = self.outbox.take(self._limit, now=self._clock(), resend_after=self._road.resend_after)
        if not statements:
            return 0
        try:
            outcomes = self._road.send(statements)
        except BaseException:
            self.outbox.again(statements)
            raise
        self._heard(self.outbox.settle(outcomes))
        return len(statements)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                if not self.pump():
                    self.outbox.await_news(0.2)
                failures = 0
            except Unreachable as silence:
                self._doubt(silence)
                failures += 1
                # Full jitter: platforms that lost the hub together do not all come back at one moment.
                pause = self._jitter.uniform(0.05, min(LONGEST, 0.2 * 2**failures))
                self._stop.wait(max(pause, silence.retry_after or 0.0))
