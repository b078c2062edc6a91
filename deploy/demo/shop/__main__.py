"""The process of one shop: told who it is by its first line of input, it then answers commands, one JSON line each."""

import os
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import ExceptHookArgs, Lock, Thread
from time import sleep, time

import msgspec

from deploy.demo.shop.books import Books
from deploy.demo.shop.counter import Counter
from deploy.demo.shop.day import figures
from deploy.demo.shop.duties import Duties, Tell
from deploy.demo.shop.ways import Doubt, Way, follow
from events.client.enforcement import declare
from events.client.follow.replica import Replica
from events.client.hub import Hub, Unreachable
from events.client.notices import Notices
from events.client.publish.http import HttpRoad
from events.client.publish.kafka import Access, KafkaRoad, Receipts
from events.client.publish.outbox import Outbox, Outcome
from events.client.publish.publisher import Publisher
from events.client.statement import Member

EVERY = 0.1
"""Seconds between looks for notices."""
QUIET = "day-"
"""Receipts of these ids are counted, not told one by one."""


class Identity(msgspec.Struct, frozen=True):
    """What the first line says: who the shop is, its key, where the hub is, and how it is told. With `kafka` it publishes there."""

    code: str
    key: str
    gateway: str
    directives: str
    folder: str
    actions: dict[str, str]
    way: Way
    kafka: Access | None = None


class Out:
    """Lines to whoever started the shop."""

    def __init__(self) -> None:
        self._lock, self._encoder = Lock(), msgspec.json.Encoder()

    def tell(self, line: dict[str, object]) -> None:
        with self._lock:
            sys.stdout.buffer.write(self._encoder.encode(line) + b"\n")
            sys.stdout.buffer.flush()


def clock() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    threading.excepthook = _end
    lines = iter(sys.stdin.buffer.readline, b"")
    me = msgspec.json.decode(next(lines), type=Identity)
    folder = Path(me.folder)
    out, member, directives = Out(), Member(me.code), Hub(me.directives, me.key)
    books, replica, outbox = Books(folder / "shop.db"), Replica(folder / "directives.db"), Outbox(folder / "outbox.db")
    duties = Duties(member, books, replica, outbox, me.actions, out.tell)
    _publish(me, outbox, out.tell)
    doubt = partial(_doubt, out.tell)
    _declare(directives, me.actions, doubt)
    _follow(me, directives, replica, duties, doubt)
    _hand_out(Notices(directives, outbox, member), duties, doubt)
    counter = Counter(member, books, replica, outbox, directives, figures(), me.actions, me.way, clock)
    for line in lines:
        command = msgspec.json.decode(line)
        out.tell({"n": command["n"], **counter.serve(command)})


def _declare(directives: Hub, actions: dict[str, str], doubt: Doubt) -> None:
    """The hub counts a measure without an action as `unable`, whatever the shop answers."""
    try:
        declare(directives, actions)
    except Unreachable as silence:
        doubt(silence)


def _publish(me: Identity, outbox: Outbox, tell: Tell) -> None:
    heard = partial(_heard, tell)
    doubt = partial(_doubt, tell)
    if me.kafka is None:
        Publisher(outbox, HttpRoad(Hub(me.gateway, me.key)), clock=time, heard=heard, doubt=doubt).start()
    else:
        Receipts(me.kafka, me.code, outbox, heard).start()
        Publisher(outbox, KafkaRoad(me.kafka, me.code), clock=time, doubt=doubt).start()


def _follow(me: Identity, directives: Hub, replica: Replica, duties: Duties, doubt: Doubt) -> None:
    def heard(news: int) -> None:
        duties.enforce(news, clock())

    words = (me.way, directives, replica, me.kafka, Path(me.folder), heard, doubt)
    Thread(target=follow, args=words, name="directives", daemon=True).start()


def _hand_out(notices: Notices, duties: Duties, doubt: Doubt) -> None:
    def hand_out() -> None:
        while True:
            try:
                notices.poll(lambda notice: duties.deliver(notice, clock()), clock)
            except Unreachable as silence:
                doubt(silence)
            sleep(EVERY)

    Thread(target=hand_out, name="notices", daemon=True).start()


def _heard(tell: Tell, outcomes: Sequence[Outcome]) -> None:
    now = time()
    for outcome in outcomes:
        if outcome.problem is not None:
            tell({"event": "refused", "id": outcome.id, "why": str(outcome.problem), "at": now})
        elif outcome.receipt is not None and not outcome.id.startswith(QUIET):
            tell({"event": "receipt", "id": outcome.id, "position": outcome.receipt.position, "repeated": outcome.repeated, "at": now})


def _doubt(tell: Tell, why: Exception) -> None:
    tell({"event": "doubt", "why": str(why), "at": time()})


def _end(failure: ExceptHookArgs) -> None:
    """A shop with a dead thread would look alive and do nothing."""
    threading.__excepthook__(failure)
    os._exit(70)


if __name__ == "__main__":
    main()
