"""Some platforms in one process: python -m tests.bench.receivers.shop < PLAN > LINES.

Each has the real client and a copy in memory, or an address that is told by webhook. A line says when the last of them had a directive.
"""

import sys
import threading
import time

import msgspec

from events.client.follow import polling
from events.client.follow.feed import Feed
from events.client.follow.live import Live
from events.client.follow.replica import Replica
from events.client.follow.topic import Topic
from events.client.hub import Hub
from events.client.publish.kafka import Access
from tests.bench.receivers import hooks
from tests.bench.receivers.tally import Tally, write

PULL_SECONDS = 0.005


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver for each key, all by one way: stream, feed, topic or webhook."""

    address: str
    keys: list[str]
    by: str = "stream"
    kafka: Access | None = None
    bulk: str = ""
    """Begins the names of subjects that are only counted."""


def follow(plan: Plan, key: str, tally: Tally, ready: threading.Semaphore) -> None:
    """In a thread of its own, until the process ends. What a platform does about a directive is not part of it, that it answers is."""
    hub, replica, stop = Hub(plan.address, key), Replica(), threading.Event()
    feed = Feed(hub, replica)
    first = threading.Event()

    def heard(changed: int) -> None:
        now = time.monotonic()
        if changed and first.is_set():
            for directive in replica.unanswered():
                tally.had(directive.subject_id, directive.seq, now)
                replica.answered(directive)
        elif not first.is_set():
            for directive in replica.unanswered():
                replica.answered(directive)
            first.set()
            ready.release()

    match plan.by:
        case "topic":
            assert plan.kafka is not None
            Topic(plan.kafka, replica, feed).run(stop, heard, doubt)
        case "feed":
            polling.run(feed, stop, heard, doubt, PULL_SECONDS)
        case _:
            Live(hub, replica).run(stop, heard, doubt)


def doubt(trouble: Exception) -> None:
    print(f"{type(trouble).__name__}: {trouble}", file=sys.stderr, flush=True)


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    tally, ready = Tally(len(plan.keys), plan.bulk), threading.Semaphore(0)
    # A thread that was just woken is not to wait five milliseconds for one that decodes.
    sys.setswitchinterval(0.0005)
    if plan.by == "webhook":
        hooks.register(plan.address, plan.keys, tally)
    else:
        for key in plan.keys:
            threading.Thread(target=follow, args=(plan, key, tally, ready), daemon=True).start()
        for _ in plan.keys:
            ready.acquire()
    write({"ready": len(plan.keys)})
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
