"""PostgreSQL and Kafka stop and come back: no false receipt, no lost statement, and what can go on goes on."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from uuid import uuid4

import httpx
import pytest

from deploy.demo.patience import until
from events.client.publish.http import ONE
from tests.flow.flood import Flood
from tests.flow.world import World
from tests.support.stack import GUARDED


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The process and all that it started hold still. PostgreSQL's backends are process groups of their own."""
    whole = [pid, *children(pid)]
    signal_to(signal.SIGSTOP, *whole)
    try:
        yield
    finally:
        signal_to(signal.SIGCONT, *reversed(whole))


def kill(pid: int) -> None:
    """Backends too: one that is at work would still commit, and truly answer 201, before it sees that it is alone."""
    signal_to(signal.SIGKILL, pid, *children(pid))


def signal_to(number: signal.Signals, *pids: int) -> None:
    """To those that are still there: a backend may have ended since we looked."""
    for one in pids:
        with suppress(ProcessLookupError):
            os.kill(one, number)


def children(pid: int) -> list[int]:
    """And theirs."""
    found = [child for child, parent in parents().items() if parent == pid]
    return [one for child in found for one in (child, *children(child))]


def parents() -> dict[int, int]:
    """The parent of each process; one that ends while we look is left out."""
    found: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(ProcessLookupError, FileNotFoundError):
            found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return found


@pytest.fixture
def alpha(world: World) -> Iterator[httpx.Client]:
    """Alpha without the client's patience: every answer as it comes."""
    headers = {"Authorization": f"Bearer {world.alpha.given.key}", "Content-Type": ONE}
    with httpx.Client(base_url=world.hub.url("gateway"), headers=headers, timeout=10.0) as client:
        yield client


def post(client: httpx.Client, body: bytes) -> tuple[int, float, str | None]:
    """Status, seconds, Retry-After."""
    began = monotonic()
    response = client.post("/v1/statements", content=body)
    return response.status_code, monotonic() - began, response.headers.get("Retry-After")


def unknown(world: World, service: str) -> int:
    """The status for a key that nobody has, which only the database can tell. Each service that is ready has to be able to."""
    headers = {"Authorization": f"Bearer lc_alpha_{uuid4().hex}_{uuid4().hex}", "Liancheng-Purpose": "test"}
    return httpx.get(world.hub.url(service) + GUARDED[service], headers=headers).status_code


@pytest.mark.timeout(180)
def test_a_frozen_database_is_answered_within_two_seconds_and_never_with_a_receipt(world: World, alpha: httpx.Client) -> None:
    said = [world.alpha.make("merchant.declared", world.merchant(), {}) for _ in range(3)]
    with frozen(world.hub.pid("postgres")):
        answers = [post(alpha, one.event) for one in said]
    for status, seconds, again in answers:
        assert status == 503
        assert seconds < 2.0
        assert again is not None
    assert {_accepted(alpha, one.event) for one in said} <= {200, 201}


@pytest.mark.timeout(180)
def test_a_killed_database_is_answered_within_two_seconds_and_comes_back(world: World, alpha: httpx.Client) -> None:
    who = world.merchant()
    with world.hub.attendant.alone:
        kill(world.hub.pid("postgres"))
        status, seconds, _ = post(alpha, world.alpha.make("merchant.declared", who, {}).event)
        assert (status, seconds < 2.0) == (503, True)
    world.hub.await_ready()
    assert {name: unknown(world, name) for name in GUARDED} == dict.fromkeys(GUARDED, 401)
    world.alpha.say("sanction.imposed", who, world.alpha.sanction(who, "expel"))
    world.settled(who, lambda found: found.tier == "watch", "watch", 60.0)


@pytest.mark.timeout(240)
def test_a_database_that_is_killed_under_load_loses_nothing(world: World, tmp_path: Path) -> None:
    """Views and the relay's places need not reach the disk at once: they go back together, and what they lack comes again."""
    flood = Flood(world, tmp_path)
    try:
        with flood.flowing():
            for _ in range(2):
                said = flood.said
                until("a flood", lambda said=said: True if flood.said > said + 300 else None, 60.0)  # type: ignore[misc]
                with world.hub.attendant.alone:
                    kill(world.hub.pid("postgres"))
                world.hub.await_ready()
            assert {name: unknown(world, name) for name in GUARDED} == dict.fromkeys(GUARDED, 401)
        assert flood.settled(90.0) == flood.wanted()
    finally:
        flood.close()


@pytest.mark.timeout(240)
def test_without_kafka_the_gateway_goes_on_and_everything_catches_up(world: World, tmp_path: Path) -> None:
    who, flood = world.merchant(), Flood(world, tmp_path)
    try:
        with world.hub.attendant.alone:
            os.killpg(world.hub.pid("kafka"), signal.SIGKILL)
            receipt = world.alpha.say("sanction.imposed", who, world.alpha.sanction(who, "expel"))
            with flood.flowing():
                until("a flood", lambda: True if flood.said > 200 else None, 20.0)
            assert world.alpha.road.receipt(receipt.id) == receipt
            assert world.reader.standing(who.uscc).tier == "none"
        world.hub.await_ready()
        world.settled(who, lambda found: found.tier == "watch", "watch", 90.0)
        assert flood.settled(90.0) == flood.wanted()
    finally:
        flood.close()


def _accepted(client: httpx.Client, body: bytes) -> int:
    """Sent again until the database answers."""

    def ask() -> int | None:
        status, _, _ = post(client, body)
        return None if status == 503 else status

    return until("a receipt again", ask, 20.0, every=0.2)
