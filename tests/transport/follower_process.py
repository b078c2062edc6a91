"""A follower as a process, for tests that end and freeze it: it notes in a table what it applied, and who it was."""

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg
from aiokafka.consumer import consumer as aiokafka_consumer
from aiokafka.consumer.fetcher import Fetcher

from events.transport import follow as following
from events.transport.follow import Consumer, Delivered, Follower, follow
from events.transport.kafka import Kafka
from events.transport.telemetry import configure_logs, serve_health

CONSUMER = "fleet"
LANES = ("report", "sanction")


class Wish(msgspec.Struct, frozen=True):
    """What the process is told on its standard input's place, its one argument."""

    conninfo: str
    kafka: Kafka
    port: int
    silence: float = following.SILENCE


def note(conn: psycopg.Connection, facts: Sequence[Delivered]) -> None:
    conn.execute("INSERT INTO applied (id, worker) SELECT unnest(%s::bigint[]), %s", ([fact.id for fact in facts], os.getpid()))


class Guarded(Fetcher):
    """What has been fetched is touched by the thread that reads it alone; else the process ends with 71."""

    def seek_to(self, tp: Any, offset: int) -> None:
        if asyncio.get_running_loop() is not self._fetch_task.get_loop():
            os._exit(71)
        super().seek_to(tp, offset)


def main() -> None:
    aiokafka_consumer.Fetcher = Guarded
    wish = msgspec.json.decode(sys.argv[1], type=Wish)
    following.SILENCE = wish.silence
    configure_logs("fleet", "info")
    consumer = Consumer(CONSUMER, frozenset(LANES), note)
    follower = Follower(conninfo=wish.conninfo, kafka=wish.kafka, lanes=LANES, consumers=lambda _: [consumer])
    serve_health("127.0.0.1", wish.port, follower.readiness)
    follow(group="projections-fleet", follower=follower, kafka=wish.kafka, lanes=LANES)


if __name__ == "__main__":
    main()
