"""Adjudication's worker: follows what members say, and watches the clock."""

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import psycopg

from events.facts.fact import Statement
from events.transport import settings as reading
from events.transport import startup
from events.transport.follow import Consumer, Delivered, Follower, follow
from events.transport.kafka import Kafka
from events.transport.telemetry import END_TO_END_SECONDS, configure_logs, serve_health
from services.adjudication.application.hearing import Hearing
from services.adjudication.application.rules import rules
from services.adjudication.clock import Clock, Trust
from services.adjudication.reporters.follower import ReportersFollower
from services.adjudication.settings import WorkerSettings

LANES = ("sanction", "merchant")
Handle = Callable[[psycopg.Connection, Sequence[Delivered]], None]


def timed(handle: Handle) -> Handle:
    """With the time that passed since the newest of the statements was recorded."""

    def handled(conn: psycopg.Connection, delivered: Sequence[Delivered]) -> None:
        handle(conn, delivered)
        newest = delivered[-1].fact
        if isinstance(newest, Statement):
            END_TO_END_SECONDS.labels("decided").observe(max(0.0, (datetime.now(UTC) - newest.recorded_at).total_seconds()))

    return handled


def main() -> None:
    settings = reading.read(WorkerSettings, os.environ)
    configure_logs("adjudicator", settings.log_level, settings.otlp_endpoint)
    startup.settle()
    given = rules(settings)
    consumer = Consumer("adjudication", frozenset(LANES), timed(Hearing(given).handle))
    kafka = Kafka(settings.kafka, "adjudication", settings.kafka_password_adjudication, settings.kafka_ca, settings.kafka_session)
    follower = Follower(conninfo=settings.database_adjudication, kafka=kafka, lanes=LANES, consumers=lambda _: [consumer])
    serve_health(settings.host, settings.adjudicator_port, follower.readiness)
    Clock(settings.database_adjudication, given, Trust(given.clock, time.monotonic)).start()
    ReportersFollower(settings.database_adjudication, given).start()
    follow(group="adjudication", follower=follower, kafka=kafka, lanes=LANES)


if __name__ == "__main__":
    main()
