"""From the answer of a deciding command to the last of everybody who is told; idle, and while statements come in flat out."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec

from tests.bench.cases import hearing
from tests.bench.cases.counting import Mismatch
from tests.bench.cases.hearing import FIRST, SECOND, Heard, Official
from tests.bench.cases.intake import BATCH, PREPARED, post, receipts
from tests.bench.client.asker import Asked
from tests.bench.load import Load
from tests.bench.receivers.crowd import Crowd
from tests.bench.stack import Bench

PAUSE = 0.05
FLOOD = "bench-floods"
BEGUN = 5_000
"""Statements that are in the log before the flood counts as one."""
ENDING = msgspec.json.encode({"reason": "作出列入决定所依据的证据已不成立。", "why": "revoked"})
LISTED, LIFTED = 1, 2
"""The numbers of a subject's first two directives."""

Took = Mapping[str, float]
"""Milliseconds to the last receiver of each way."""


class Decisions:
    """Listings that are one decision away, what becomes of them, and whoever waits for it."""

    def __init__(self, bench: Bench, crowd: Crowd, seed: int, count: int) -> None:
        self._bench, self._crowd = bench, crowd
        self._waiting: list[Heard] = hearing.prepare(bench, seed, count, "receivers-")
        self._listed: list[Heard] = []
        self._first, self._second = Official(bench, FIRST, "approver"), Official(bench, SECOND, "approver")

    def samples(self, count: int) -> list[Took]:
        """Of listing."""
        return [self._list(self._waiting.pop()) for _ in range(count)]

    def lift(self) -> Took:
        """Of lifting somebody who was listed before: the second person ends the listing."""
        listed = self._listed.pop()
        tag = self._first.act("end", listed.listing_id, self._second.read(listed.listing_id).header("etag"), ENDING).header("etag")
        time.sleep(PAUSE)
        self._second.act("end", listed.listing_id, tag, ENDING)
        return self._crowd.took(listed.subject_id, LIFTED, time.monotonic())

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

    def _list(self, heard: Heard) -> Took:
        time.sleep(PAUSE)
        self._second.act("decide", heard.listing_id, heard.tag)
        answered = time.monotonic()
        self._listed.append(heard)
        return self._crowd.took(heard.subject_id, LISTED, answered)
