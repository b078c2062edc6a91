"""Composition root of a process that hosts views: it follows the internal topics and folds each batch into the live generations."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial

import psycopg

from events.facts.fact import DossierFact, Fact, Statement
from events.facts.member import MemberEnrolled
from events.transport import settings as reading
from events.transport.follow import Consumer, Delivered, Follower, follow
from events.transport.kafka import Kafka
from events.transport.postgres import connect
from events.transport.store import check
from events.transport.telemetry import END_TO_END_SECONDS, configure_logs, serve_health
from projections import generation
from projections.catalogue import VIEWS
from projections.reading import Live
from projections.settings import Settings
from projections.view import View


def consumers(conn: psycopg.Connection, views: Sequence[View]) -> list[Consumer]:
    """The live generations, read again for each batch: after a rebuild the next batch goes to the new one."""
    found: dict[str, int] = dict(conn.execute("SELECT name, generation FROM view").fetchall())
    live = [(view, Live(view.name, found[view.name])) for view in views]
    return [Consumer(it.consumer, frozenset(view.lanes), partial(fold, view, it)) for view, it in live]


def fold(view: View, it: Live, conn: psycopg.Connection, facts: Sequence[Delivered]) -> None:
    """Apply a batch to a generation, and wake who waits for what changed."""
    if view.apply(conn, it.schema, facts):
        generation.tell(conn, view.name)
    END_TO_END_SECONDS.labels("folded").observe(max(0.0, time.time() - recorded(facts[-1].fact)))


def recorded(fact: Fact) -> float:
    """When the hub recorded the fact, in seconds since 1970."""
    match fact:
        case Statement(recorded_at=moment) | DossierFact(at=moment) | MemberEnrolled(at=moment):
            return moment.timestamp()
    raise TypeError(f"{fact.tag()} has no time of its recording")


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("projections", settings.log_level)
    views = [VIEWS[name] for name in sorted(settings.hosted)]
    with closing(connect(settings.database_projections, name="projections")) as conn:
        check(conn)
        for view in views:
            generation.first(conn, view)
    lanes = sorted({lane for view in views for lane in view.lanes})
    kafka = Kafka(settings.kafka, "projections", settings.kafka_password_projections)
    follower = Follower(conninfo=settings.database_projections, kafka=kafka, lanes=lanes, consumers=partial(consumers, views=views))
    serve_health(settings.host, settings.projections_port, follower.readiness)
    follow(group="projections", follower=follower, kafka=kafka, lanes=lanes)


if __name__ == "__main__":
    main()
