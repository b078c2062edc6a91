"""From the answer of a deciding command to the last of 32 platforms that has the directive in its copy; idle, and under full load."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.bench.cases import hearing
from tests.bench.cases.counting import Mismatch
from tests.bench.cases.hearing import SECOND, Heard, Official
from tests.bench.cases.intake import BATCH, PREPARED, post, receipts
from tests.bench.client.asker import Asked
from tests.bench.load import Load
from tests.bench.receivers.shop import Plan
from tests.bench.receivers.shops import Shops
from tests.bench.stack import Bench

REPLICAS, PROCESSES = 32, 4
PAUSE = 0.05
FLOOD = "bench-floods"
BEGUN = 5_000
"""Statements that are in the log before the flood counts as one."""


class Decisions:
    """Listings that are one decision away, and whoever waits for them."""

    def __init__(self, bench: Bench, seed: int, count: int) -> None:
        self._bench = bench
        keys = [bench.key(f"bench-shop-{number}") for number in range(REPLICAS)]
        address = f"http://{bench.settings.host}:{bench.settings.directives_port}"
        self._waiting: list[Heard] = hearing.prepare(bench, seed, count, "receivers-")
        self._approver = Official(bench, SECOND, "approver")
        each = REPLICAS // PROCESSES
        self._shops = Shops(bench, [Plan(address=address, keys=keys[first : first + each]) for first in range(0, REPLICAS, each)])

    def samples(self, count: int) -> list[float]:
        """Milliseconds."""
        return [self._sample(self._waiting.pop()) for _ in range(count)]

    @contextmanager
    def load(self, seed: int, seconds: float) -> Iterator[None]:
        """Statements come in as fast as they are accepted, from when this begins to when it ends, and for so many seconds at least."""
        bench, asked = self._bench, list[Asked]()
        bodies = Load(FLOOD, seed, FLOOD, datetime.now(UTC)).batches(int(PREPARED * seconds), BATCH)
        bench.key(FLOOD)
        before = self._head()
        thread = threading.Thread(target=lambda: asked.append(post(bench, FLOOD, bodies, seconds)), name="flood")
        thread.start()
        bench.until(lambda: self._head() > before + BEGUN, "the flood")
        yield
        if not thread.is_alive():
            raise Mismatch(f"the flood of {seconds:g} s was over before the samples were")
        thread.join()
        receipts(asked[0])

    def _head(self) -> int:
        ((head,),) = self._bench.reader.execute("SELECT coalesce(max(notification_id), 0) FROM hub_events").fetchall()
        return int(head)

    def close(self) -> None:
        self._shops.close()

    def _sample(self, heard: Heard) -> float:
        time.sleep(PAUSE)
        self._approver.act("decide", heard.listing_id, heard.tag)
        answered = time.monotonic()
        return max(0.0, self._shops.came(heard.subject_id, 1) - answered) * 1000
