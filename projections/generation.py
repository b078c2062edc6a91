"""Generations of views: made beside one another, one of them read, those before the last one dropped."""

import hashlib

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from events.transport.topics import PARTITIONS, internal_topic
from projections.reading import Live, NotBuilt, live
from projections.view import View, within

READERS = ("standing", "directives", "regulator", "adjudication")


def create(conn: psycopg.Connection, view: View, generation: int, at: int) -> Live:
    """Empty tables, and positions that say that everything up to `at` is in them. Replaces one that was never finished."""
    new = Live(view.name, generation)
    drop(conn, new)
    schema, readers = Identifier(new.schema), SQL(", ").join(map(Identifier, READERS))
    conn.execute(SQL("CREATE SCHEMA {}").format(schema))
    conn.execute(SQL("SET LOCAL search_path TO {}").format(schema))
    conn.execute(view.schema_sql.encode())
    conn.execute("SET LOCAL search_path TO DEFAULT")
    conn.execute(SQL("COMMENT ON SCHEMA {} IS {}").format(schema, Literal(view.shape)))
    conn.execute(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, readers))
    conn.execute(SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(schema, readers))
    conn.execute(
        "INSERT INTO position (consumer, topic, partition, epoch, last_id)"
        " SELECT %s, topic, partition, (SELECT epoch FROM log), %s FROM unnest(%s::text[]) topic, generate_series(0, %s) partition",
        (new.consumer, at, [internal_topic(lane) for lane in view.lanes], PARTITIONS - 1),
    )
    return new


def drop(conn: psycopg.Connection, old: Live) -> None:
    """The tables and the positions; nothing when they are not there."""
    conn.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(old.schema)))
    conn.execute("DELETE FROM position WHERE consumer = %s", (old.consumer,))


def drop_before(conn: psycopg.Connection, generation: int, name: str) -> None:
    """Drop all generations before this one, which is kept to go back to."""
    for (consumer,) in conn.execute("SELECT DISTINCT consumer FROM position WHERE consumer LIKE %s", (f"{name}:%",)).fetchall():
        older = Live(name, int(consumer.rsplit(":", 1)[1]))
        if older.generation < generation:
            with conn.transaction():
                drop(conn, older)


def first(conn: psycopg.Connection, view: View) -> None:
    """Make generation 1 of a view that has none. Several processes may start at once."""
    if current(conn, view.name) is not None:
        return
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (_lock_name(view.name),))
        if current(conn, view.name) is None:
            publish(conn, create(conn, view, 1, at=0))


def lock(conn: psycopg.Connection, name: str) -> bool:
    """Keep everybody else from making generations of the view, until the connection is closed; False when somebody does."""
    row = conn.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (_lock_name(name),)).fetchone()
    return row == (True,)


def _lock_name(name: str) -> str:
    return f"liancheng view {name}"


def current(conn: psycopg.Connection, name: str) -> Live | None:
    """The generation that is read now, if there is one."""
    try:
        return live(conn, name)
    except NotBuilt:
        return None


def publish(conn: psycopg.Connection, new: Live) -> None:
    """From this transaction on, readers read this generation and the follower fills it."""
    conn.execute(
        "INSERT INTO view (name, generation) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET generation = excluded.generation, switched_at = now()",
        (new.name, new.generation),
    )
    tell(conn, new.name)


def tell(conn: psycopg.Connection, name: str) -> None:
    """Wake who waits for changes of the view, when the transaction commits."""
    conn.execute("SELECT pg_notify(%s, '')", (f"view_{name}",))


def digest(conn: psycopg.Connection, view: View, generation: Live) -> str:
    """SHA-256 over all rows in an order that depends on nothing but them: equal positions, equal digests."""
    total = hashlib.sha256()
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone TO 'UTC'")
        for table in view.tables:
            rows = within(generation.schema, 'COPY (SELECT t::text COLLATE "C" FROM {view}.{table} t ORDER BY 1) TO STDOUT', table)
            total.update(table.encode())
            with cursor.copy(rows) as copy:
                for piece in copy:
                    total.update(piece)
    return total.hexdigest()
