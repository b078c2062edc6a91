"""Puts together what is known of a statement, from the store, the logs and Kafka."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import psycopg

from deploy.trace import log_lines, records, stored
from deploy.trace.records import Record
from deploy.trace.sight import Sight
from deploy.trace.stored import Stored
from events.facts.directive import DirectiveIssued
from events.facts.fact import DossierFact, Statement
from events.transport.topics import internal_topic

Look = Callable[[Stored, datetime], Record | None]
"""Where a fact that was recorded then is on Kafka."""


def way(conn: psycopg.Connection, logs: Path, look: Look, said: Stored) -> list[Sight]:
    """Everything that was seen of one statement and of what followed from it."""
    statement = said.fact
    assert isinstance(statement, Statement)
    followed = stored.consequences(conn, said)
    found = [*_recorded(said, statement), *(_decided(one) for one in followed)]
    found += log_lines.sights(log_lines.lines(logs, statement.trace)) if statement.trace else []
    for one in (said, *followed[-1:]):
        record = look(one, _moment(one))
        found += [records.sight(one, record)] if record else []
    found += _passed(conn, (said, *followed), found)
    copy = log_lines.copied(logs, _wanted(followed)) if followed else None
    return found + ([copy] if copy else [])


def _recorded(said: Stored, statement: Statement) -> Iterable[Sight]:
    road = f"kafka {statement.road}" if statement.road else "http"
    yield Sight(statement.recorded_at, "ingress" if statement.road else "gateway", "received", f"{road} trace={statement.trace}")
    yield Sight(statement.recorded_at, "store", "recorded", f"id={said.position} {statement.tag()} {statement.source} {statement.id}")


def _decided(one: Stored) -> Sight:
    fact = one.fact
    seq = f" seq={fact.seq} tier={fact.tier.word}" if isinstance(fact, DirectiveIssued) else ""
    return Sight(_moment(one), "store", "decided", f"id={one.position} {fact.tag()}{seq}")


def _moment(one: Stored) -> datetime:
    match one.fact:
        case Statement(recorded_at=moment) | DossierFact(at=moment):
            return moment
    raise TypeError(f"{one.fact.tag()} is neither said nor decided")


def _passed(conn: psycopg.Connection, facts: Iterable[Stored], found: Iterable[Sight]) -> list[Sight]:
    """Readers that are beyond a fact and have named it in no line: it was one of many in their batch."""
    named = {sight.detail for sight in found if sight.what == "applied"}
    return [
        Sight(None, consumer, "passed", f"id={one.position} {'/'.join(map(str, one.place))}")
        for one in facts
        for consumer in stored.passed(conn, one)
        if not any(f"consumer={consumer} " in text for text in named)
    ]


def _wanted(followed: Iterable[Stored]) -> dict[int, int]:
    """How far a copy has to be in each partition of the dossier topic to hold all that followed."""
    wanted: dict[int, int] = {}
    for one in followed:
        topic, partition = one.place
        if topic == internal_topic("dossier"):
            wanted[partition] = max(one.position, wanted.get(partition, 0))
    return wanted
