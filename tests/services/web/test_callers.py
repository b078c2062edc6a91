"""A key is taken when its digest is stored and it is not revoked: for a moment from memory, and while the database is away."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from hashlib import sha256
from typing import NamedTuple

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from events.transport import postgres
from services.web import Caller, Credentials, Problem
from services.web.caller.credentials import FRESH, GRACE
from tests.support.stack import Database

KEY = "Bearer lc_tmall_k1_se_cr_et"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk(NamedTuple):
    """Credentials on a database with one member and one key, and what a test may change."""

    credentials: Credentials
    owner: psycopg.Connection
    clock: Clock
    pool: ConnectionPool

    def revoke(self) -> None:
        self.owner.execute("UPDATE credential SET revoked_at = now() WHERE key_id = 'k1'")

    def identify(self, key: str | None = KEY) -> Caller:
        return asyncio.run(self.credentials.identify(key))


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with database.connect() as owner, postgres.pool(database.conninfo("gateway"), name="test", size=1) as pool:
        owner.execute("INSERT INTO member VALUES ('tmall', 'platform', 'Tmall Ltd', now())")
        digest = sha256(b"se_cr_et").digest()
        owner.execute("INSERT INTO credential VALUES ('k1', 'tmall', %s, now())", (digest,))
        clock = Clock()
        credentials = Credentials(pool, clock)
        yield Desk(credentials, owner, clock, pool)
        credentials.close()


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(Problem) as problem:
        ask()
    return problem.value.code


def test_who_calls_is_what_the_credential_says(desk: Desk) -> None:
    caller = Caller("tmall", "platform", "Tmall Ltd", "k1")
    assert desk.identify() == desk.credentials.caller(KEY) == caller
    assert caller.source == "/platforms/tmall"
    assert Caller("samr", "authority", "x").source == "/authorities/samr"


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "lc_tmall_k1_se_cr_et",
        "Basic lc_tmall_k1_se_cr_et",
        "Bearer lc_pdd_k1_se_cr_et",
        "Bearer lc_tmall_k2_se_cr_et",
        "Bearer lc_tmall_k1_secret",
        "Bearer lc_tmall_k1_",
        "Bearer lc_tmall_k1",
        "Bearer xx_tmall_k1_se_cr_et",
        "Bearer lc_tmall_k1\0_se_cr_et",
        "Bearer lc_tmall_é_se_cr_et",
    ],
)
def test_anything_else_is_unauthorized(desk: Desk, key: str | None) -> None:
    assert refused(lambda: desk.identify(key)) == refused(lambda: desk.credentials.caller(key)) == "unauthorized"


def test_a_revoked_key_is_refused_when_it_is_read_again(desk: Desk) -> None:
    desk.identify()
    desk.revoke()
    assert desk.identify().code == "tmall"
    desk.clock.now += 2 * FRESH + 0.1
    assert refused(desk.identify) == "unauthorized"


def test_a_key_in_use_is_read_again_behind_the_answer(desk: Desk) -> None:
    async def use() -> str:
        await desk.credentials.identify(KEY)
        desk.revoke()
        desk.clock.now += FRESH + 0.1
        await desk.credentials.identify(KEY)
        for _ in range(200):
            await asyncio.sleep(0.01)
            try:
                await desk.credentials.identify(KEY)
            except Problem as problem:
                return problem.code
        return "still taken"

    assert asyncio.run(use()) == "unauthorized"


def test_a_second_key_works_beside_the_first(desk: Desk) -> None:
    desk.identify()
    desk.owner.execute("INSERT INTO credential VALUES ('k2', 'tmall', %s, now())", (sha256(b"other").digest(),))
    assert desk.identify("Bearer lc_tmall_k2_other").key_id == "k2"
    assert desk.identify().key_id == "k1"


def test_while_the_database_is_away_a_known_key_is_taken_and_an_unknown_one_has_to_wait(desk: Desk) -> None:
    desk.identify()
    desk.pool.close()
    desk.clock.now += GRACE - 1
    assert desk.identify().code == desk.credentials.caller(KEY).code == "tmall"
    assert refused(lambda: desk.identify("Bearer lc_tmall_k9_x")) == "unavailable"
    desk.clock.now += 2
    assert refused(desk.identify) == "unavailable"


def test_many_at_once_ask_the_database_once(desk: Desk) -> None:
    reads = 0
    read = desk.credentials._read

    def counted(key_id: str) -> object:
        nonlocal reads
        reads += 1
        return read(key_id)

    desk.credentials._read = counted  # type: ignore[method-assign,assignment]

    async def together() -> list[Caller]:
        asked: list[Coroutine[object, object, Caller]] = [desk.credentials.identify(KEY) for _ in range(50)]
        return await asyncio.gather(*asked)

    assert len(asyncio.run(together())) == 50
    assert reads == 1
