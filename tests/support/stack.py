"""Real PostgreSQL and Kafka for tests, with the rights of the real thing; a server starts when the first test asks for it."""

import os
import secrets as randomness
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from kafka import KafkaAdminClient
from psycopg import sql

from deploy.local import enrol
from deploy.local.access import roles, topics
from deploy.local.access.secrets import ROLES
from deploy.local.servers.kafka import SESSION_SECONDS
from deploy.local.servers.postgres import UNSYNCED, conninfo
from deploy.local.settings import Settings, Site
from deploy.local.stack import KAFKA, POSTGRES, Stack, admin
from events.transport.kafka import Kafka
from services.adjudication.check.__main__ import examine

GUARDED = {
    "gateway": "/v1/statements/x",
    "standing": "/v1/standing?account=x",
    "directives": "/v1/directives",
    "adjudication": "/v1/listings",
    "regulator": "/v1/blacklist",
}
"""Something to read of each service, for which it has to know who asks."""


class Database(NamedTuple):
    """A migrated database of one test, or of one module. Conninfos are URLs, as the processes get them."""

    name: str
    stack: Stack

    @property
    def owner(self) -> str:
        return roles.url(self.stack.reach.owner, dbname=self.name)

    def conninfo(self, role: str) -> str:
        return roles.url(self.stack.reach.owner, user=role, password=self.stack.secrets.roles[role], dbname=self.name)

    def connect(self, role: str | None = None) -> psycopg.Connection:
        """In autocommit; as the owner when no role is given."""
        return psycopg.connect(self.owner if role is None else self.conninfo(role), autocommit=True)


class Broker(NamedTuple):
    """The broker that tests of transport share. The hub's topics and users are there."""

    stack: Stack
    admin: KafkaAdminClient

    @property
    def bootstrap(self) -> str:
        return self.stack.reach.kafka.bootstrap

    def user(self, name: str) -> Kafka:
        """One of the hub's users, with its password."""
        return Kafka(self.bootstrap, name, self.stack.secrets.kafka_users[name], session=SESSION_SECONDS)


class Attendant:
    """Starts again what has ended, as `make run` does, on a thread of its own; whoever holds `alone` has the programs for himself."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._leaving, self.alone = stack, threading.Event(), threading.RLock()
        self._thread = threading.Thread(target=self._watch, name="attendant")
        self._thread.start()

    def leave(self) -> None:
        self._leaving.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._leaving.wait(0.1):
            with self.alone:
                self._stack.supervisor.watch()


class Hub(NamedTuple):
    """The whole hub: its own servers, every process ready."""

    stack: Stack
    attendant: Attendant

    @property
    def settings(self) -> Settings:
        return self.stack.settings

    def url(self, service: str) -> str:
        return f"http://{self.settings.host}:{getattr(self.settings, f'{service}_port')}"

    def connect(self, role: str = "regulator") -> psycopg.Connection:
        """In autocommit, as one of the roles: by default one that reads the log and every view."""
        conninfo = roles.url(self.stack.reach.owner, user=role, password=self.stack.secrets.roles[role])
        return psycopg.connect(conninfo, autocommit=True)

    def pid(self, process: str) -> int:
        running = self.stack.supervisor.running[process].process
        assert running is not None
        return running.pid

    def await_ready(self, *processes: str, patience: float = 60.0) -> None:
        """Notice who has ended, start them again, and wait until these, or all, are ready."""
        with self.attendant.alone:
            self.stack.supervisor.wait(processes or list(self.stack.supervisor.running), patience)

    def enrol(self, code: str, member_class: str = "platform", entity: str = "") -> enrol.Credentials:
        reach = self.stack.reach
        with closing(admin(reach)) as client, psycopg.connect(reach.owner, autocommit=True) as owner:
            wanted = enrol.apply(code, member_class, entity)
            return enrol.enrol(owner, client, reach.kafka.bootstrap, wanted, datetime.now(UTC), randomness.token_hex)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Stack]:
    """A server with the hub's roles and a migrated database that is only copied; use `database`."""
    with stack() as started:
        started.start_only(POSTGRES)
        started.prepare_database()
        yield started


@pytest.fixture
def database(postgres: Stack) -> Iterator[Database]:
    """Fresh for each test."""
    with _clone(postgres) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_database(postgres: Stack) -> Iterator[Database]:
    """Fresh for each module, for tests that only add to it."""
    with _clone(postgres) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def kafka(postgres: Stack) -> Iterator[Broker]:
    """The broker; what other tests left in its topics is still there."""
    postgres.start_only(KAFKA)
    postgres.prepare_topics()
    with closing(admin(postgres.reach)) as client:
        yield Broker(postgres, client)


@pytest.fixture
def clean_kafka(kafka: Broker) -> Broker:
    """The broker with empty topics, of new topic ids."""
    gone = {name for name in kafka.admin.list_topics() if not name.startswith("__")}
    kafka.admin.delete_topics(sorted(gone))
    # The broker answers before it has forgotten them, and what it still lists would not be made anew.
    while gone.intersection(kafka.admin.list_topics()):
        time.sleep(0.05)
    topics.prepare(kafka.admin, kafka.stack.secrets.kafka_users)
    return kafka


@pytest.fixture(scope="session")
def hub() -> Iterator[Hub]:
    """Apart from the servers of the other fixtures: two hubs cannot share topics. A working day takes a fifth of a second."""
    with stack(demo=True, clock_scale=432_000.0) as started:
        started.start_servers()
        started.prepare_database()
        started.prepare_topics()
        started.start_processes()
        attendant = Attendant(started)
        try:
            yield Hub(started, attendant)
        finally:
            attendant.leave()
        log = roles.url(started.reach.owner, user="regulator", password=started.secrets.roles["regulator"])
        found = examine(log, datetime.now(UTC))
        assert not found, "\n".join(map(str, found))  # due process was not kept somewhere in this log


@contextmanager
def stack(**changes: object) -> Iterator[Stack]:
    """Nothing started yet, on free ports, in a folder of its own that is removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="liancheng-"))
    home.chmod(0o711)  # so that PostgreSQL, which refuses root, can reach its data when the tests run as root
    with ExitStack() as cleaning:
        cleaning.callback(shutil.rmtree, home, ignore_errors=True)
        settings = Settings(home=str(home), cache=os.environ.get("LIANCHENG_CACHE", ""), **free_ports(), **changes)  # type: ignore[arg-type]
        yield cleaning.enter_context(Stack(settings, Site(), lambda zh, en=None, /: None, UNSYNCED))


def free_ports() -> dict[str, int]:
    """One for each setting that is a port; held together until all are found, so that they differ."""
    names = [name for name in Settings.__struct_fields__ if name.endswith("_port")]
    with ExitStack() as held:
        probes = {name: held.enter_context(socket.socket()) for name in names}
        for probe in probes.values():
            probe.bind(("127.0.0.1", 0))
        return {name: probe.getsockname()[1] for name, probe in probes.items()}


@contextmanager
def _clone(server: Stack) -> Iterator[Database]:
    """A copy of the migrated database, which nobody else is connected to."""
    fresh = Database(f"test_{randomness.token_hex(6)}", server)
    name, template, owner = (sql.Identifier(word) for word in (fresh.name, roles.DATABASE, roles.OWNER))
    superuser = conninfo(server.settings.postgres_port, server.secrets.superuser)
    with psycopg.connect(superuser, autocommit=True) as founder:
        founder.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(name, template, owner))
        try:
            roles.admit(fresh.owner, ROLES)
            yield fresh
        finally:
            founder.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
