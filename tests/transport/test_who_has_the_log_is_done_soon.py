"""A writer that is frozen while it has the log's lock keeps the others out for a bounded time, wherever it was frozen."""

from collections.abc import Callable

import psycopg

from deploy.demo.patience import until
from events.transport.session import Session
from events.transport.store import lock_log
from events.transport.store.recorder import LOG_LOCK
from tests.support.stack import Database
from tests.transport.test_followers import LOG_IS_HELD


def test_whoever_is_frozen_within_a_pipeline_is_ended_and_begins_again(database: Database) -> None:
    """Between two statements of a pipeline a session is neither idle nor in a statement: only a bound of the whole helps."""
    session, tries = Session(database.conninfo("adjudication"), name="frozen", statement_seconds=1), 0
    got_by_another = False

    def step(conn: psycopg.Connection, _: Callable[[], None]) -> int:
        nonlocal tries, got_by_another
        tries += 1
        lock_log(conn)
        if tries == 1:
            with database.connect() as other:
                until("the lock", lambda: other.execute(LOG_IS_HELD, (LOG_LOCK,)).fetchone() == (1,) or None)
                other.execute("SET lock_timeout TO '15s'")
                lock_log(other)
                got_by_another = True
        row = conn.execute("SELECT 7").fetchone()
        return int(row[0]) if row is not None else 0

    assert (session.until_done(step), tries, got_by_another) == (7, 2, True)
    session.close()
