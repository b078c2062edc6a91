"""Where each platform has come to survives the process that tells it: another one goes on, nothing is lost, little is said twice."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import psycopg
import pytest

from events.transport import postgres
from services.directives.webhooks.kept.ledger import Change, Ledger
from services.directives.webhooks.kept.registration import Registration
from services.directives.webhooks.kept.registry import Registry, Row
from services.directives.webhooks.kept.seal import Seal
from services.directives.webhooks.way.places import Places, Retry
from tests.conformance.receivers import Platform, receiving
from tests.services.directives.made import NOON, directive, record
from tests.services.directives.webhooks.test_platforms_are_told_by_webhook import eventually
from tests.support.served import CHECKOUT, await_ready, member
from tests.support.stack import Database, free_ports


@contextmanager
def process(database: Database) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The service, which may be killed."""
    port = free_ports()["directives_port"]
    given = {
        "DATABASE_DIRECTIVES": database.conninfo("directives"),
        "NOTICE_KEY": "0a" * 32,
        "WEBHOOK_KEY": "0b" * 32,
        "WEBHOOK_ALLOW": "127.0.0.1",
        "DIRECTIVES_PORT": str(port),
    }
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {f"LIANCHENG_{name}": value for name, value in given.items()}
    command = [sys.executable, "-m", "services.directives.main"]
    running = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        await_ready(f"http://127.0.0.1:{port}", running)
        yield f"http://127.0.0.1:{port}", running
    finally:
        running.kill()
        running.communicate()


def test_when_the_process_that_sends_is_killed_another_goes_on_from_there(database: Database) -> None:
    platform = Platform()
    with ExitStack() as stack:
        pen, owner = stack.enter_context(database.connect("adjudication")), stack.enter_context(database.connect())
        headers = member(owner, "tmall")
        receiver = stack.enter_context(receiving(platform.behave))
        record(pen, *(directive(number, 1) for number in range(1, 101)))
        first, sending = stack.enter_context(process(database))
        asked = httpx.put(f"{first}/v1/webhook", json={"url": receiver.url}, headers=headers)
        platform.secrets.append(asked.json()["secret"])
        eventually(lambda: platform.replica.count == 100)
        second, _ = stack.enter_context(process(database))
        # A registration that another process takes is the sender's within a second or two.
        assert httpx.get(f"{second}/v1/webhook", headers=headers).json()["state"] == "on"
        eventually(lambda: httpx.get(f"{second}/v1/webhook", headers=headers).json()["waiting"] == 0)
        had = len(platform.seen)
        sending.kill()
        record(pen, *(directive(number, 1) for number in range(101, 111)))
        eventually(lambda: platform.replica.count == 110)
        assert len(platform.seen) - had <= 20, "it began anew instead of going on"


# --- what is kept, without a process ---

LATER = Retry(7, True, NOON, NOON, 2, NOON)


@pytest.fixture
def kept(database: Database) -> Iterator[tuple[Registry, Ledger, Database]]:
    with database.connect() as owner:
        member(owner, "tmall")
    seal, ledger = Seal(b"k" * 32), Ledger(database.conninfo("directives"), Seal(b"k" * 32))
    with postgres.pool(database.conninfo("directives"), name="test", size=1) as pool:
        yield Registry(pool, seal), ledger, database
    ledger.close()


def registered(registry: Registry, secret: str = "whsec_1") -> None:
    registry.keep(Row(Registration("tmall", "https://hooks.shop.example/", secret, NOON), Places(9, 0, 9), 0), NOON, afresh=False)


def rows(ledger: Ledger, *changes: Change) -> list[Row]:
    found = ledger.exchange(changes)
    assert found is not None
    return found


def test_what_the_sender_keeps_is_there_when_it_comes_back(kept: tuple[Registry, Ledger, Database]) -> None:
    registry, ledger, _ = kept
    registered(registry)
    (row,) = rows(ledger)
    on, places = row.registration.proven(NOON), Places(9, 5, 9, 3, NOON, NOON)
    given_up = Retry(8, False, NOON, NOON, 9, NOON, True)
    rows(ledger, Change(on, row.revision, 2, places, [LATER, given_up], []))
    ledger.close()
    assert rows(ledger) == [Row(on, places, 2, row.revision)]
    assert sorted(ledger.retries("tmall"), key=lambda retry: retry.id) == [LATER, given_up]
    found = registry.find("tmall")
    assert found is not None and (found.put_aside, found.given_up) == (2, 1)
    rows(ledger, Change(on, row.revision, 2, places, [], [7]))
    assert ledger.retries("tmall") == [given_up]


def test_a_sender_that_works_with_an_older_registration_keeps_nothing(kept: tuple[Registry, Ledger, Database]) -> None:
    registry, ledger, _ = kept
    registered(registry)
    (old,) = rows(ledger)
    registered(registry, "whsec_2")
    (new,) = rows(ledger, Change(old.registration.ended("gone"), old.revision, 5, Places(9, 99, 99), [LATER], [1]))
    assert new.registration.state == "pending" and new.registration.secret == "whsec_2" and new.places == Places(9, 0, 9)
    assert new.revision > old.revision and ledger.retries("tmall") == []
    assert registry.remove("tmall") and not registry.remove("tmall")
    assert rows(ledger, Change(new.registration, new.revision, 0, new.places, [LATER], [])) == []


def test_one_process_sends_at_a_time(kept: tuple[Registry, Ledger, Database]) -> None:
    registry, ledger, database = kept
    registered(registry)
    other = Ledger(database.conninfo("directives"), Seal(b"k" * 32))
    assert len(rows(ledger)) == 1 and other.exchange([]) is None
    ledger.close()
    eventually(lambda: other.exchange([]) is not None)
    assert ledger.exchange([]) is None
    other.close()


def test_a_sender_whose_connection_broke_has_to_take_the_lock_again(kept: tuple[Registry, Ledger, Database]) -> None:
    registry, ledger, database = kept
    registered(registry)
    rows(ledger)
    with database.connect("directives") as colleague:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'webhooks' AND datname = %s"
        colleague.execute(end, [database.name])
    with pytest.raises(psycopg.OperationalError):
        ledger.exchange([])
    eventually(lambda: ledger.exchange([]) is not None)


def test_a_secret_that_cannot_be_opened_is_named_and_stops_nobody_else(kept: tuple[Registry, Ledger, Database]) -> None:
    registry, ledger, database = kept
    registered(registry)
    with database.connect() as owner, postgres.pool(database.conninfo("directives"), name="test", size=1) as pool:
        member(owner, "pdd")
        stranger = Registry(pool, Seal(b"l" * 32))
        stranger.keep(Row(Registration("pdd", "https://hooks.shop.example/", "whsec_2", NOON), Places(9, 0, 9), 0), NOON, afresh=False)
        assert [row.registration.code for row in rows(ledger)] == ["tmall"]
        assert ledger.unreadable == {"pdd"}
        assert registry.find("pdd") is None and stranger.find("pdd") is not None
