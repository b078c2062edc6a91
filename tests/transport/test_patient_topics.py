"""Which records a worker hands over at once, and which a moment later with others. No Kafka, no database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from events.transport import faust_worker
from events.transport.faust_worker import MAX_RECORDS, Handler, Message

SAID, DECIDED = "liancheng.sanction.v1", "liancheng.dossier.v1"


class Records:
    """A stream as Faust's, of records that were there before anybody looked; then it stays open."""

    def __init__(self, *topics: str) -> None:
        self.acknowledged = 0
        self._topics = topics

    def noack(self) -> "Records":
        return self

    async def events(self) -> AsyncIterator[Any]:
        for offset, topic in enumerate(self._topics):
            yield SimpleNamespace(message=SimpleNamespace(topic=topic, partition=0, offset=offset, key=None, value=b"", headers=[]))
            await asyncio.sleep(0)
        await asyncio.Event().wait()

    async def ack(self, _event: Any) -> None:
        self.acknowledged += 1


def handed_over(*topics: str, patience: float) -> list[int]:
    """How many records each batch had, once all were acknowledged."""
    records, batches = Records(*topics), list[int]()

    def process(messages: Sequence[Message]) -> None:
        batches.append(len(messages))

    async def work() -> None:
        with ThreadPoolExecutor(1) as thread:
            handler = Handler(process, lambda _: {}, lambda _: None, patient=frozenset({SAID}))
            taking = asyncio.ensure_future(faust_worker._take(records, handler, thread))
            async with asyncio.timeout(10):
                while records.acknowledged < len(topics):
                    await asyncio.sleep(0.001)
            taking.cancel()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faust_worker, "PATIENCE", patience)
        asyncio.run(work())
    return batches


def test_what_was_said_waits_and_goes_with_what_comes_meanwhile() -> None:
    assert handed_over(SAID, SAID, SAID, patience=0.5) == [3]


def test_a_decision_goes_at_once_and_takes_with_it_what_waits() -> None:
    """With the patience of an hour: nothing else would end it."""
    assert handed_over(SAID, DECIDED, patience=3600.0) == [2]


def test_a_full_batch_waits_for_nothing() -> None:
    assert sum(handed_over(*[SAID] * MAX_RECORDS, patience=3600.0)) == MAX_RECORDS
