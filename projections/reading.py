"""What the read doors share: one snapshot, the generation that is live in it, and vectors of positions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString, NamedTuple

import msgspec
import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from events.transport.topics import internal_topic
from projections.view import within


class NotBuilt(LookupError):
    """The view has no generation yet: the process that hosts it has never started."""


class Vector(msgspec.Struct, frozen=True):
    """How far a reader has come: the last notification id it has of each partition, in one generation of a view.

    One number would miss what a slower partition commits later.
    """

    generation: int
    positions: dict[int, int]

    def beyond(self) -> tuple[list[int], list[int]]:
        """Partitions and ids, as two arrays for unnest."""
        return list(self.positions), list(self.positions.values())


class Live(NamedTuple):
    """The generation of a view that is read now."""

    name: str
    generation: int

    @property
    def consumer(self) -> str:
        """The name under which its positions are kept."""
        return f"{self.name}:{self.generation}"

    @property
    def schema(self) -> str:
        return f"{self.name}_{self.generation}"

    def sql(self, text: LiteralString) -> bytes:
        """The statement with every `{view}` replaced by the schema's name."""
        return within(self.schema, text)


@contextmanager
def snapshot(conn: psycopg.Connection) -> Iterator[None]:
    """Everything read inside is of one moment. Inside a transaction of the caller's, the caller's isolation holds."""
    if conn.info.transaction_status is not TransactionStatus.IDLE:
        yield
        return
    conn.isolation_level, conn.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    try:
        with conn.transaction():
            yield
    finally:
        if not conn.closed:
            conn.isolation_level = conn.read_only = None


def live(conn: psycopg.Connection, name: str) -> Live:
    """The generation that is read now; NotBuilt when there is none."""
    row = conn.execute("SELECT generation FROM view WHERE name = %s", (name,)).fetchone()
    if row is None:
        raise NotBuilt(name)
    return Live(name, row[0])


def vector(conn: psycopg.Connection, name: str, lane: str) -> tuple[Live, Vector]:
    """The generation that is read now, and where it is in a lane. In one snapshot with the rows, every row at or before it is there.

    NotBuilt when there is none.
    """
    rows = conn.execute(
        "SELECT v.generation, p.partition, p.last_id FROM view v JOIN position p ON p.consumer = v.name || ':' || v.generation"
        " WHERE v.name = %s AND p.topic = %s ORDER BY p.partition",
        (name, internal_topic(lane)),
    ).fetchall()
    if not rows:
        raise NotBuilt(name)
    view = Live(name, rows[0][0])
    return view, Vector(view.generation, {partition: last for _, partition, last in rows})


def rows_of(conn: psycopg.Connection, query: bytes, beyond: tuple[list[int], list[int]], *, many: bool) -> Iterator[TupleRow]:
    """Rows beyond a vector. Many are streamed: the rows of a whole load would not fit beside what they become."""
    cursor = conn.cursor(binary=True)
    return cursor.stream(query, beyond, size=2000) if many else iter(cursor.execute(query, beyond))
