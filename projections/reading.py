"""What the read doors share: one snapshot, the generation that is live in it, and vectors of positions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString, NamedTuple

import msgspec
import psycopg
from psycopg.pq import TransactionStatus

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
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def live(conn: psycopg.Connection, name: str) -> Live:
    """The generation that is read now; NotBuilt when there is none."""
    row = conn.execute("SELECT generation FROM view WHERE name = %s", (name,)).fetchone()
    if row is None:
        raise NotBuilt(name)
    return Live(name, row[0])


def vector(conn: psycopg.Connection, view: Live, lane: str) -> Vector:
    """Where the view is in a lane. In one snapshot with the rows, every row at or before it is there."""
    rows = conn.execute(
        "SELECT partition, last_id FROM position WHERE consumer = %s AND topic = %s ORDER BY partition",
        (view.consumer, internal_topic(lane)),
    )
    return Vector(view.generation, dict(rows.fetchall()))
