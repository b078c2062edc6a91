"""Servers, rights and processes of one home, put together and taken apart."""

import os
import secrets as randomness
import signal
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from psycopg.conninfo import make_conninfo

from deploy.local import views
from deploy.local.access import roles, topics
from deploy.local.access.secrets import Secrets, keep
from deploy.local.processes import PROCESSES, Process, Reach, answers, metrics, program
from deploy.local.servers import kafka, postgres, prometheus
from deploy.local.settings import Settings, Site
from deploy.local.supervision.supervise import Program, Supervisor
from deploy.local.tell import Say, Trouble
from events.transport.kafka import Kafka

POSTGRES, KAFKA, PROMETHEUS = "postgres", "kafka", "prometheus"
PATIENCE = 90.0  # seconds until a server or a process has to be ready
ADMIN_PATIENCE = 5.0  # seconds until a broker has to have answered


class Stack:
    """Use it as a context: whatever was started is stopped at the end, the processes before the servers."""

    def __init__(self, settings: Settings, site: Site, say: Say, postgres_settings: Mapping[str, str] | None = None) -> None:
        settings.folder.mkdir(parents=True, exist_ok=True)
        self.settings, self.site, self.say = settings, site, say
        self.postgres_settings = dict(postgres_settings or {})
        self.secrets = keep(settings.folder, lambda: randomness.token_hex(32))
        self.supervisor = Supervisor(settings.logs, say)
        self.reach = reach(settings, site, self.secrets)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.supervisor.stop([*(process.name for process in PROCESSES), PROMETHEUS])
        self.supervisor.stop([KAFKA])
        self.supervisor.stop([POSTGRES])

    def start_servers(self) -> None:
        """Those that the site does not bring: both at once, ready when this returns."""
        if self.site.database_url is None:
            self.supervisor.start(self._postgres())
        if self.site.kafka_bootstrap is None:
            self.supervisor.start(self._kafka())
        self.supervisor.wait(list(self.supervisor.running), PATIENCE)

    def start_only(self, server: str) -> None:
        """One of ours, for whoever does not need the other."""
        self.supervisor.start(self._postgres() if server == POSTGRES else self._kafka())
        self.supervisor.wait([server], PATIENCE)

    def prepare_database(self) -> None:
        """The database, its tables and its roles."""
        try:
            if self.site.database_url is None:
                roles.found(postgres.conninfo(self.settings.postgres_port, self.secrets.superuser), self.secrets.owner)
            roles.prepare(self.reach.owner, self.secrets.roles)
        except psycopg.Error as error:
            raise Trouble(f"PostgreSQL: {str(error).splitlines()[0]}") from error

    def prepare_topics(self) -> None:
        """The topics, the users and their rights."""
        with closing(admin(self.reach)) as client:
            topics.prepare(client, self.secrets.kafka_users)

    def prepare_views(self) -> None:
        """Those that an earlier version of the hub made are built again, before their host starts."""
        for view in views.outdated(self.reach.owner):
            self.say(f"重建视图 {view}", f"rebuilding the view {view}")
            views.rebuild(view, self.settings, self.secrets, self.reach)

    def start_prometheus(self) -> None:
        """Where one is installed and the site brings none. What keeps it from starting is said, and keeps nothing else from it."""
        program = prometheus.installed() if self.settings.prometheus and not self.site.prometheus_url else None
        if program is None:
            return
        settings, folder = self.settings, self.settings.folder / "prometheus"
        host, port = settings.host, settings.prometheus_port
        prometheus.prepare(folder, metrics(settings))
        self.supervisor.start(
            Program(
                name=PROMETHEUS,
                command=prometheus.command(program, folder, host, port),
                environment={"PATH": os.environ.get("PATH", "")},
                folder=folder,
                ready=lambda: answers(host, port, "/-/ready"),
            )
        )
        try:
            self.supervisor.wait([PROMETHEUS], PATIENCE)
        except Trouble as trouble:
            self.supervisor.stop([PROMETHEUS])
            self.say(f"没有 Prometheus，继续启动：{trouble}", f"going on without Prometheus: {trouble}")
        else:
            self.reach = self.reach._replace(prometheus=f"http://{host}:{port}")

    def start_processes(self, processes: tuple[Process, ...] = PROCESSES) -> None:
        """All at once, ready when this returns."""
        for process in processes:
            self.supervisor.start(program(process, self.settings, self.secrets, self.reach))
        self.supervisor.wait([process.name for process in processes], PATIENCE)

    def _postgres(self) -> Program:
        port = self.settings.postgres_port
        server = postgres.prepare(self.settings.folder / "postgres", port, self.secrets.superuser, self.say, self.postgres_settings)
        return Program(
            name=POSTGRES,
            command=server.command(),
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            folder=Path("/"),
            ready=server.ready,
            farewell=signal.SIGINT,
            orphaned=signal.SIGINT,
            user=server.footing.user,
            group=server.footing.group,
        )

    def _kafka(self) -> Program:
        settings, folder = self.settings, self.settings.folder / "kafka"
        server = kafka.Broker(folder, settings.jars, settings.kafka_port, settings.kafka_controller_port, self.secrets.kafka_admin)
        kafka.prepare(server, self.secrets.kafka_controller, self.say)
        return Program(
            name=KAFKA,
            command=server.command(),
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            folder=folder,
            ready=server.ready,
            orphaned=signal.SIGTERM,
        )


def reach(settings: Settings, site: Site, secrets: Secrets) -> Reach:
    """Ours, or the site's own."""
    ours = make_conninfo(host="127.0.0.1", port=settings.postgres_port, user=roles.OWNER, password=secrets.owner, dbname=roles.DATABASE)
    broker = Kafka(f"127.0.0.1:{settings.kafka_port}", kafka.ADMIN, secrets.kafka_admin, session=kafka.SESSION_SECONDS)
    if site.kafka_bootstrap is not None:
        broker = Kafka(site.kafka_bootstrap, site.kafka_username or "", site.kafka_password or "", site.kafka_ca or "")
    return Reach(site.database_url or ours, broker, site.prometheus_url or "")


def admin(to: Reach) -> KafkaAdminClient:
    """Trouble when there is no broker there, or it does not know the password: Kafka tells these two apart to nobody."""
    try:
        return KafkaAdminClient(**to.kafka.client(), bootstrap_timeout_ms=int(ADMIN_PATIENCE * 1000))
    except KafkaError as error:
        where = f"{to.kafka.bootstrap} ({to.kafka.user})"
        raise Trouble(f"Kafka {where}：连不上，或密码不对", f"Kafka {where}: not there, or the password is wrong") from error
