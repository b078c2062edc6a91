"""Builds a view again from the log, beside the live one, and switches to it: `python -m projections.rebuild VIEW`."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import NamedTuple

import msgspec
import psycopg
from psycopg.sql import SQL, Literal

from events.catalogue import CATALOGUE
from events.facts.fact import Fact
from events.transport import settings, store
from events.transport.postgres import connect
from events.transport.topics import LANE_OF_TOPIC, LANES, partition_of
from projections import generation
from projections.catalogue import VIEWS
from projections.reading import Live
from projections.view import View

PAGE = 5_000
"""Facts of one topic-partition that are read at once while catching up with the live generation."""
DAY = 86_400
SMALL = 1_000
"""With so few facts to go the live generation is made to wait for the rest, and the switch."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_projections: str


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild did. `head` is the last id that was copied out; what came later was read from the store."""

    view: str
    generation: int
    head: int
    facts: int
    caught_up: int
    seconds: float


class Stored(NamedTuple):
    """A fact as it is in the log, in the partition that the relay sends it to."""

    id: int
    partition: int
    fact: Fact


class BeingRebuilt(SystemExit):
    """Somebody else is rebuilding the view at this moment."""


def rebuild(conninfo: str, view: View) -> Rebuilt:
    """Fill a new generation up to the head of the log, catch up with the live one, switch, drop those before the last.

    The live view goes on being written and read; it waits only for the last few facts and the switch.
    """
    began = time.monotonic()
    with closing(_session(conninfo)) as conn, closing(_session(conninfo)) as source:
        store.check(conn)
        if not generation.lock(conn, view.name):
            raise BeingRebuilt(f"{view.name}: 正在重建 · is being rebuilt")
        old = generation.current(conn, view.name)
        with conn.transaction(), source.transaction():
            source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            head = store.head(source)
            new = generation.create(conn, view, 1 if old is None else old.generation + 1, head)
            facts = Counted(_facts(source, view, head))
            view.load(conn, new.schema, facts)
        caught_up = 0 if old is None else _catch_up(conn, view, old, new)
        with conn.transaction():
            if old is not None:
                caught_up += _overtake(conn, view, old, new)
            generation.publish(conn, new)
        generation.drop_before(conn, new.generation - 1, view.name)
    seconds = round(time.monotonic() - began, 3)
    return Rebuilt(view=view.name, generation=new.generation, head=head, facts=facts.count, caught_up=caught_up, seconds=seconds)


class Counted:
    """Counts what goes through."""

    def __init__(self, facts: Iterable[Stored]) -> None:
        self._facts, self.count = facts, 0

    def __iter__(self) -> Iterator[Stored]:
        for fact in self._facts:
            self.count += 1
            yield fact


def _session(conninfo: str) -> psycopg.Connection:
    """A statement, and a fold between two, may take as long as the log is long; a lock may take as long as a follower's batch."""
    conn = connect(conninfo, name="rebuild", statement_seconds=DAY, idle_seconds=DAY)
    conn.execute("SET lock_timeout TO '30s'")
    return conn


def _facts(source: psycopg.Connection, view: View, head: int) -> Iterator[Stored]:
    lanes = Literal([LANES[lane] for lane in view.lanes])
    query = SQL(
        "COPY (SELECT notification_id, key, topic, state FROM hub_events WHERE lane = ANY({}::smallint[]) AND notification_id <= {}"
        " ORDER BY notification_id) TO STDOUT (FORMAT BINARY)"
    ).format(lanes, Literal(head))
    with source.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(["int8", "int8", "text", "bytea"])
        for notification_id, key, name, state in copy.rows():
            yield Stored(notification_id, partition_of(key), CATALOGUE.decode(name, state))


def _catch_up(conn: psycopg.Connection, view: View, old: Live, new: Live) -> int:
    """What the live generation got meanwhile, until little is left. The live one goes on."""
    total = 0
    while True:
        with conn.transaction():
            count = _advance(conn, view, old, new)
        total += count
        if count < SMALL:
            return total


def _overtake(conn: psycopg.Connection, view: View, old: Live, new: Live) -> int:
    """The rest, while the live generation waits: readers never see time go back. Its hints of where Kafka has more are taken over."""
    conn.execute("SELECT FROM position WHERE consumer = %s ORDER BY topic, partition FOR UPDATE", (old.consumer,))
    total = 0
    while count := _advance(conn, view, old, new):
        total += count
    conn.execute(
        "UPDATE position n SET epoch = o.epoch, topic_id = o.topic_id, next_offset = o.next_offset FROM position o"
        " WHERE n.consumer = %s AND o.consumer = %s AND (n.topic, n.partition) = (o.topic, o.partition)",
        (new.consumer, old.consumer),
    )
    return total


def _advance(conn: psycopg.Connection, view: View, old: Live, new: Live) -> int:
    """Apply a page of each topic-partition where the live generation is ahead; how many facts that were."""
    gaps = conn.execute(
        "SELECT n.topic, n.partition, n.last_id, o.last_id FROM position n JOIN position o USING (topic, partition)"
        " WHERE n.consumer = %s AND o.consumer = %s AND o.last_id > n.last_id ORDER BY n.topic, n.partition",
        (new.consumer, old.consumer),
    ).fetchall()
    total = 0
    for topic, partition, had, upto in gaps:
        rows = store.read_partition(conn, LANES[LANE_OF_TOPIC[topic]], partition, had, upto, PAGE)
        view.apply(conn, new.schema, [Stored(row.id, partition, CATALOGUE.decode(row.name, row.state)) for row in rows])
        reached = rows[-1].id if len(rows) == PAGE else upto
        conn.execute(
            "UPDATE position SET last_id = %s WHERE consumer = %s AND topic = %s AND partition = %s",
            (reached, new.consumer, topic, partition),
        )
        total += len(rows)
    return total


def main() -> None:
    """Rebuild the view that is named, and say in one line of JSON what was done."""
    if len(sys.argv) != 2 or sys.argv[1] not in VIEWS:
        raise SystemExit(f"VIEW: {' | '.join(VIEWS)}")
    done = rebuild(settings.read(Settings, os.environ).database_projections, VIEWS[sys.argv[1]])
    sys.stdout.write(msgspec.json.encode(done).decode() + "\n")


if __name__ == "__main__":
    main()
