"""Platforms that are told by webhook, many in one process."""

import threading
import time

import msgspec

from events.client.hub import Hub
from tests.bench.receivers.tally import Tally
from tests.support.addresses import challenges, listening


def register(address: str, keys: list[str], tally: Tally) -> None:
    """An address for each platform; returns when the hub has proven all of them."""
    proven = threading.Semaphore(0)

    def told(name: str) -> None:
        if challenges(name):
            proven.release()
            return
        subject, _, seq = name.rpartition("/")
        tally.had(subject, int(seq), time.monotonic())

    for key, url in zip(keys, listening(len(keys), told), strict=True):
        Hub(address, key).put("/v1/webhook", msgspec.json.encode({"url": url}))
    for _ in keys:
        proven.acquire()
