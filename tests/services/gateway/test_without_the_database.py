"""PostgreSQL frozen, stopped and back: 503 in time, no false receipt, and nothing that was promised is lost."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from deploy.local.access.roles import DATABASE
from deploy.local.stack import POSTGRES, Stack
from tests.services.gateway.conftest import Gateway, enrolled, settings
from tests.support.served import served
from tests.support.stack import Database, free_ports, stack
from tests.wire.made import body, event


@pytest.fixture(scope="module")
def postgres() -> Iterator[Stack]:
    """A server of its own: the others' tests hold connections to theirs."""
    with stack() as started:
        started.start_only(POSTGRES)
        started.prepare_database()
        yield started


@pytest.fixture(scope="module")
def gateway(postgres: Stack) -> Iterator[Gateway]:
    database, port = Database(DATABASE, postgres), free_ports()["gateway_port"]
    members = enrolled(database)
    with served("services.gateway.main", port, settings(database, port)) as address, httpx.Client(timeout=10) as client:
        yield Gateway(address, members, database, client)


def everybody(postgres: Stack) -> list[int]:
    """The server and its backends; each backend is a process group of its own."""
    running = postgres.supervisor.running[POSTGRES].process
    assert running is not None
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text()
    return [running.pid, *map(int, children.split())]


def signalled(postgres: Stack, number: signal.Signals) -> None:
    for one in everybody(postgres):
        os.kill(one, number)


@contextmanager
def frozen(postgres: Stack) -> Iterator[None]:
    signalled(postgres, signal.SIGSTOP)
    try:
        yield
    finally:
        signalled(postgres, signal.SIGCONT)


def timed(gateway: Gateway, statement_id: str) -> tuple[int, float]:
    began = monotonic()
    answer = gateway.state(event(id=statement_id))
    if answer.status_code == 503:
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["type"] == "/problems/unavailable"
    return answer.status_code, monotonic() - began


def until_accepted(gateway: Gateway, statement_id: str) -> int:
    deadline = monotonic() + 20
    while (status := gateway.state(event(id=statement_id)).status_code) == 503:
        assert monotonic() < deadline
        sleep(0.05)
    return status


def readiness(gateway: Gateway) -> tuple[int, str]:
    answer = httpx.get(f"{gateway.address}/readyz")
    return answer.status_code, answer.text.strip()


def test_a_frozen_database(gateway: Gateway, postgres: Stack) -> None:
    kept = gateway.state(event(id="frozen-before")).json()
    with frozen(postgres), ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda n: timed(gateway, f"frozen-{n}"), range(24)))
        began = monotonic()
        assert gateway.get("/v1/statements/frozen-before").status_code == 503
        assert monotonic() - began < 2
        assert readiness(gateway) == (503, "the store does not answer")
        assert httpx.get(f"{gateway.address}/healthz").status_code == 200
    assert [status for status, _ in answers] == [503] * 24
    assert max(seconds for _, seconds in answers) < 2
    assert {until_accepted(gateway, f"frozen-{n}") for n in range(24)} <= {200, 201}
    assert [gateway.recorded(f"frozen-{n}") for n in range(24)] == [1] * 24
    assert gateway.get("/v1/statements/frozen-before").json() == kept
    assert readiness(gateway) == (200, "ready")


def test_a_key_that_was_never_seen_while_the_database_is_frozen(gateway: Gateway, postgres: Stack) -> None:
    with frozen(postgres):
        began = monotonic()
        answer = gateway.post(body(event()), Authorization="Bearer lc_tmall_never_seen")
        assert (answer.status_code, monotonic() - began < 2) == (503, True)


@pytest.mark.timeout(90)
def test_a_stopped_database(gateway: Gateway, postgres: Stack) -> None:
    kept = gateway.state(event(id="stopped-before")).json()
    signalled(postgres, signal.SIGKILL)
    try:
        answers = [timed(gateway, f"stopped-{n}") for n in range(3)]
    finally:
        postgres.supervisor.wait([POSTGRES], 30)
    assert [status for status, _ in answers] == [503] * 3
    assert max(seconds for _, seconds in answers) < 2
    assert {until_accepted(gateway, f"stopped-{n}") for n in range(3)} <= {200, 201}
    assert gateway.get("/v1/statements/stopped-before").json() == kept


def test_it_becomes_ready_again_without_any_request(gateway: Gateway, postgres: Stack) -> None:
    with frozen(postgres):
        timed(gateway, "quiet")
    deadline = monotonic() + 20
    while readiness(gateway) != (200, "ready"):
        assert monotonic() < deadline
        sleep(0.1)
