"""What a view is, and how a batch of facts is applied to one generation of it."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import LiteralString, NamedTuple, Protocol

import psycopg
from psycopg.sql import SQL, Identifier

from events.facts.fact import Fact


class Delivery(Protocol):
    """A fact with its place: `id` is its notification id, the same however often it is delivered."""

    @property
    def id(self) -> int: ...
    @property
    def partition(self) -> int: ...
    @property
    def fact(self) -> Fact: ...


class View(NamedTuple):
    """A view, as its folder's `table` gives it. The two ways to write it must end in equal rows."""

    name: str
    lanes: tuple[str, ...]
    tables: tuple[str, ...]
    schema_sql: str
    """Makes the tables, with the schema of the generation first in the search path."""
    apply: Callable[[psycopg.Connection, str, Sequence[Delivery]], bool]
    """Fold a batch into the schema, in the caller's transaction, ids ascending within a topic-partition.

    May be called twice with the same facts. Answers whether anything changed that readers wait for.
    """
    load: Callable[[psycopg.Connection, str, Iterable[Delivery]], None]
    """Fill the empty tables of the schema from all facts of the lanes, ids ascending."""

    @property
    def shape(self) -> str:
        """What the tables look like: a generation of another shape has to be rebuilt before this program can write it."""
        return hashlib.sha256(self.schema_sql.encode()).hexdigest()


def schema_sql(package: str) -> str:
    """The text of `schema.sql` in a view's folder."""
    return files(package).joinpath("schema.sql").read_text(encoding="utf-8")


@cache
def within(schema: str, text: LiteralString, table: str = "") -> bytes:
    """The statement with every `{view}` replaced by the schema's name, and `{table}` by the table's."""
    return SQL(text).format(view=Identifier(schema), table=Identifier(table)).as_bytes()


def columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows turned into `width` columns, as unnest takes them."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
