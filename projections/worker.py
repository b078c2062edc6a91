"""Composition root of a process that hosts views: it follows the internal topics and folds each batch into the live generations."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from functools import partial

import psycopg

from events.facts.fact import Fact, Statement
from events.transport import settings as reading
from events.transport import startup
from events.transport.follow import Consumer, Delivered, Follower, RetryLater, follow
from events.transport.kafka import Kafka
from events.transport.postgres import connect
from events.transport.store import check
from events.transport.telemetry import END_TO_END_SECONDS, configure_logs, serve_health
from projections import generation
from projections.catalogue import VIEWS
from projections.reading import Live
from projections.settings import Settings
from projections.unanswered import Watch
from projections.view import View

PORTION = 4_000
"""Facts written by one statement."""
STANDING = {"blacklist", "credit"}
"""Views that platforms are answered from: a tier never without its score."""
DECISIONS = {"dossier"}
"""The lane that restricts and frees: what is on it goes into the views at once. What was said waits a moment, so that the two do not
fight for a processor while the hub decides."""


def consumers(conn: psycopg.Connection, views: Sequence[View]) -> list[Consumer]:
    """The live generations, read again for each batch: after a rebuild the next batch goes to the new one.

    RetryLater while one was built by a version of the hub whose tables were others.
    """
    rows = conn.execute(
        "SELECT v.name, v.generation, obj_description(n.oid, 'pg_namespace') FROM view v"
        " JOIN pg_namespace n ON n.nspname = v.name || '_' || v.generation"
    )
    found = {name: (Live(name, number), shape) for name, number, shape in rows}
    outdated = [view.name for view in views if found[view.name][1] != view.shape]
    if outdated:
        raise RetryLater(f"tables of another version: make rebuild VIEW={outdated[0]}")
    return [_consumer(view, found[view.name][0]) for view in views]


def _consumer(view: View, it: Live) -> Consumer:
    return Consumer(it.consumer, frozenset(view.lanes), partial(fold, view, it), awaited=view.name in STANDING)


def fold(view: View, it: Live, conn: psycopg.Connection, facts: Sequence[Delivered]) -> None:
    """Apply a batch to a generation, in portions that bound memory, and wake who waits for what changed."""
    changed = [view.apply(conn, it.schema, facts[start : start + PORTION]) for start in range(0, len(facts), PORTION)]
    if any(changed):
        generation.tell(conn, view.name)
    END_TO_END_SECONDS.labels("folded").observe(max(0.0, time.time() - recorded(facts[-1].fact)))


def recorded(fact: Fact) -> float:
    """When the hub recorded the fact, in seconds since 1970."""
    moment = fact.recorded_at if isinstance(fact, Statement) else getattr(fact, "at", None)
    if isinstance(moment, datetime):
        return moment.timestamp()
    raise TypeError(f"{fact.tag()} has no time of its recording")


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("projections", settings.log_level, settings.otlp_endpoint)
    startup.settle()
    views = [VIEWS[name] for name in settings.hosted]
    with closing(connect(settings.database_projections, name="projections")) as conn:
        check(conn)
        for view in views:
            generation.first(conn, view)
    lanes = sorted({lane for view in views for lane in view.lanes})
    kafka = Kafka(settings.kafka, "projections", settings.kafka_password_projections, settings.kafka_ca, settings.kafka_session)
    live = partial(consumers, views=views)
    follower = Follower(conninfo=settings.database_projections, kafka=kafka, lanes=lanes, consumers=live, durable=False)
    serve_health(settings.host, settings.projections_port, follower.readiness)
    if VIEWS["coverage"] in views:
        Watch(settings.database_projections).start()
    follow(group=settings.group, follower=follower, kafka=kafka, lanes=lanes, patient=set(lanes) - DECISIONS)


if __name__ == "__main__":
    main()
