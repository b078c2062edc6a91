"""A pool whose server was away gives connections again at once: nobody waits for a pause that grew while nothing answered."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from events.transport import postgres
from tests.support.away import away
from tests.support.stack import Database

SIZE = 4


@pytest.fixture
def pool(database: Database) -> Iterator[ConnectionPool]:
    with postgres.pool(database.conninfo("regulator"), name="again", size=SIZE) as opened:
        yield opened


def ask(pool: ConnectionPool, patience: float = 0.6) -> int:
    with pool.connection(patience) as conn:
        row = conn.execute("SELECT 7").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("seconds", [0.3, 1.6])
@pytest.mark.parametrize("at_once", [1, SIZE])
def test_however_long_it_was_away_who_asks_then_is_answered(database: Database, pool: ConnectionPool, at_once: int, seconds: float) -> None:
    def ask_in_vain(until: float) -> int:
        refused = 0
        while monotonic() < until:
            with pytest.raises(psycopg.OperationalError):
                ask(pool)
            refused += 1
            sleep(0.02)
        return refused

    with ThreadPoolExecutor(at_once) as callers:
        assert list(callers.map(ask, [pool] * at_once)) == [7] * at_once
        with away(database):
            assert min(callers.map(ask_in_vain, [monotonic() + seconds] * at_once)) > 0
        assert list(callers.map(ask, [pool] * at_once)) == [7] * at_once
