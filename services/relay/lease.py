"""One relay is active: whoever holds the lease row. A relay that lost it finds out at its next save."""

import psycopg

TAKE_OVER_SECONDS = 10


class LeaseLost(RuntimeError):
    """Another relay took over while this one stood still."""


def acquire(conn: psycopg.Connection, holder: str) -> bool:
    """Take the lease when it is free, ours, or its holder has been silent for ten seconds; his backend is then ended."""
    with conn.transaction():
        row = conn.execute(
            "SELECT holder, backend, holder IS NULL OR holder = %s OR renewed_at < clock_timestamp() - make_interval(secs => %s)"
            " FROM relay_lease FOR UPDATE",
            (holder, TAKE_OVER_SECONDS),
        ).fetchone()
        assert row is not None, "relay_lease has one row by its migration"
        previous, backend, free = row
        if not free:
            return False
        if previous not in (None, holder) and backend is not None:
            conn.execute(
                "SELECT pg_terminate_backend(%s) FROM pg_stat_activity WHERE pid = %s AND application_name = 'relay'", (backend, backend)
            )
        conn.execute("UPDATE relay_lease SET holder = %s, backend = pg_backend_pid(), renewed_at = clock_timestamp()", (holder,))
    return True


def renew(conn: psycopg.Connection, holder: str) -> None:
    """Say that we are alive; LeaseLost when another relay has taken over."""
    if conn.execute("UPDATE relay_lease SET renewed_at = clock_timestamp() WHERE holder = %s", (holder,)).rowcount != 1:
        raise LeaseLost(holder)


def release(conn: psycopg.Connection, holder: str) -> None:
    conn.execute("UPDATE relay_lease SET holder = NULL, backend = NULL WHERE holder = %s", (holder,))


def hold(conn: psycopg.Connection, holder: str) -> None:
    """Keep the lease from changing hands until this transaction ends; LeaseLost when it has already."""
    if conn.execute("SELECT 1 FROM relay_lease WHERE holder = %s FOR SHARE", (holder,)).fetchone() is None:
        raise LeaseLost(holder)
