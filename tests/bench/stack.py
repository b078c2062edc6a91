"""A hub of its own for the bench, whole and on real servers, with members that speak to it and room for the peers beside it."""

import os
import secrets as randomness
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from deploy.local import enrol
from deploy.local.access import topics
from deploy.local.processes import PROCESSES, program
from deploy.local.servers import postgres
from deploy.local.settings import CHECKOUT, Settings, Site
from deploy.local.stack import Stack, admin
from deploy.local.supervision.supervise import Program
from deploy.local.tell import Trouble, say
from events.facts.member import MemberClass
from events.transport.topics import Topic
from tests.bench import machine

PEERS = "bench_peers"
"""The peers' database."""
READER = "regulator"
"""The hub's role that may read log, views and positions, and change nothing."""
CLOCK_SCALE = 172_800.0
BREAKER_FACTOR = 100
"""Hundreds are listed within seconds here, which the breaker would rightly hand to a person."""
TURN = 0.02
"""Seconds between two looks of whoever waits: often enough for runs of seconds, and too seldom to be felt by who is measured."""

AT_REST = """
SELECT NOT EXISTS (SELECT FROM position JOIN relay_published published USING (topic, partition) WHERE position.last_id < published.last_id)
   AND NOT EXISTS (SELECT FROM relay_cursor c JOIN hub_events e ON e.lane = c.lane AND e.notification_id > c.last_id)
"""


class Bench:
    """What the cases work with."""

    def __init__(self, stack: Stack, peer_port: int) -> None:
        self.stack, self.settings, self.peer_port = stack, stack.settings, peer_port
        self.members: dict[str, enrol.Credentials] = {}
        self.owner = psycopg.connect(stack.reach.owner, autocommit=True)
        reader = make_conninfo(stack.reach.owner, user=READER, password=stack.secrets.roles[READER])
        self.reader = psycopg.connect(reader, autocommit=True)
        superuser = postgres.conninfo(self.settings.postgres_port, stack.secrets.superuser)
        with psycopg.connect(superuser, autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {PEERS}".encode())
        self.peer_rows = make_conninfo(superuser, dbname=PEERS)

    def watch(self) -> None:
        """What ended is started again, and said."""
        self.stack.supervisor.watch()

    def until(self, done: Callable[[], bool], what: str, seconds: float = 60.0, turn: float = TURN) -> float:
        """The moment at which it was done, of the clock that all processes share; Trouble after so many seconds."""
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise Trouble(f"{what}：{seconds:g} 秒内没有完成", f"{what}: not within {seconds:g} s")
            self.watch()
            time.sleep(turn)
        return time.monotonic()

    def rest(self) -> None:
        """Until nobody has anything left to do: every fact is published, and every follower has what is published."""
        self.until(lambda: self.reader.execute(AT_REST).fetchone() == (True,), "rest", 120.0, 0.1)

    def key(self, code: str, member_class: MemberClass = "platform") -> str:
        """The member's key; it is enrolled when it is asked for the first time."""
        if code not in self.members:
            with closing(admin(self.stack.reach)) as client:
                wanted, bootstrap = enrol.apply(code, member_class, ""), self.stack.reach.kafka.bootstrap
                self.members[code] = enrol.enrol(self.owner, client, bootstrap, wanted, datetime.now(UTC), randomness.token_hex)
        return self.members[code].key

    def topic(self, name: str, partitions: int) -> None:
        with closing(admin(self.stack.reach)) as client:
            topics.create(client, [Topic(name, partitions, {})])

    def start(self, *names: str) -> None:
        """Processes of the hub, without waiting until they are ready."""
        for process in PROCESSES:
            if process.name in names:
                self.stack.supervisor.start(program(process, self.settings, self.stack.secrets, self.stack.reach))

    def stop(self, *names: str) -> None:
        self.stack.supervisor.stop(names)

    def start_peer(self, name: str, command: list[str], environment: Mapping[str, str], ready: Callable[[], bool]) -> None:
        """A peer's process, which is told of the servers what the hub's are told."""
        kafka, rows = self.stack.reach.kafka, conninfo_to_dict(self.peer_rows)
        known = {f"POSTGRES_{field.upper()}": str(rows[field]) for field in ("dbname", "host", "port", "user", "password")}
        known |= {"KAFKA_BOOTSTRAP": kafka.bootstrap, "KAFKA_USER": kafka.user, "KAFKA_PASSWORD": kafka.password}
        known |= {"ROWS": self.peer_rows, "DATADIR": str(self.settings.folder / name), "MALLOC_ARENA_MAX": "2"}
        passed_on = {variable: os.environ[variable] for variable in ("PATH", "HOME", "LANG") if variable in os.environ}
        words = [sys.executable, "-m", *command]
        self.stack.supervisor.start(
            Program(name=name, command=words, environment=passed_on | known | dict(environment), folder=CHECKOUT, ready=ready)
        )
        self.stack.supervisor.wait([name], 60.0)

    def pids(self) -> list[int]:
        """Everything that was started, and this process, which does here what the supervisor does in `make run`."""
        return machine.family(os.getpid())


@contextmanager
def servers(first_port: int) -> Iterator[Bench]:
    """PostgreSQL and Kafka, ready for the hub, in an empty home that is thrown away at the end.

    Below /var/tmp, because what is written there goes to a disk, and because PostgreSQL's user gets there also when we are root.
    """
    home = Path(tempfile.mkdtemp(prefix="liancheng-bench-", dir="/var/tmp"))
    home.chmod(0o711)
    # Receivers of webhooks are processes of this machine.
    os.environ["LIANCHENG_WEBHOOK_ALLOW"] = Settings().host
    try:
        with Stack(_settings(home, first_port), Site(), say) as stack:
            stack.start_servers()
            stack.prepare_database()
            stack.prepare_topics()
            bench = Bench(stack, first_port + 74)
            try:
                with bench.owner, bench.reader:
                    yield bench
            finally:
                hub = {process.name for process in PROCESSES} | {"postgres", "kafka"}
                stack.supervisor.stop([name for name in stack.supervisor.running if name not in hub])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _settings(home: Path, first_port: int) -> Settings:
    """As `make run` has them, but for the home and for ports of its own: 8110 becomes `first_port` + 10.

    Hearings are as short as in its demonstration: how long a decision takes to spread does not depend on what came before it.
    """
    defaults = msgspec.structs.asdict(Settings())
    ports = {name: first_port + port - 8100 for name, port in defaults.items() if name.endswith("_port")}
    return Settings(home=str(home), demo=True, clock_scale=CLOCK_SCALE, breaker_factor=BREAKER_FACTOR, **ports)
