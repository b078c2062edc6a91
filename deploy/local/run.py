"""What `make run` does: everything up, a line for each service, the demonstration, and then watching until it is told to stop."""

import fcntl
import os
import secrets as randomness
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import msgspec

from deploy.backup import command as copies
from deploy.local import views
from deploy.local.access.secrets import keep
from deploy.local.processes import admitted
from deploy.local.settings import CHECKOUT, Settings, Site
from deploy.local.stack import POSTGRES, Stack, admin
from deploy.local.tell import Trouble, say
from deploy.recover import command as recovery
from deploy.repartition import command as partitions
from services.adjudication.application.rules import Rules, utc_now
from services.adjudication.domain.draft import Moment
from services.adjudication.legislation.library import Library
from services.adjudication.rulebooks import CURRENT, read_all

SERVICES = ("gateway", "standing", "directives", "adjudication", "regulator")
STOPPING = 45.0  # seconds that `make down` waits: the three graces of a stop, and some


class Stopped(BaseException):
    """Ctrl-C, `make down`, or the terminal was closed."""


def run(settings: Settings, site: Site) -> None:
    began = time.monotonic()
    _obey_signals()
    with _alone(settings), Stack(settings, site, say) as stack:
        try:
            _up(stack)
            _running(settings).write_bytes(msgspec.json.encode(settings))
            _announce(settings, stack.reach.prometheus, time.monotonic() - began)
            if settings.demo:
                _play(stack)
            while True:
                stack.supervisor.watch()
                time.sleep(0.2)
        except Stopped:
            say("正在停止……", "stopping …")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            _running(settings).unlink(missing_ok=True)
    say("已停止，没有留下任何进程", "stopped; no process is left")


def recover(settings: Settings, site: Site) -> None:
    """After the database was restored from an older copy: only the servers are started, and stopped again at the end."""
    _obey_signals()
    with _alone(settings), Stack(settings, site, say) as stack:
        say("正在启动 PostgreSQL 和 Kafka……", "starting PostgreSQL and Kafka …")
        stack.start_servers()
        stack.prepare_database()
        stack.prepare_topics()
        recovery.recover(stack.reach, _moment(stack), say)


def repartition(settings: Settings, site: Site) -> None:
    """After an upgrade to another number of partitions, with only the servers started."""
    _obey_signals()
    with _alone(settings), Stack(settings, site, say) as stack:
        say("正在启动 PostgreSQL 和 Kafka……", "starting PostgreSQL and Kafka …")
        stack.start_servers()
        stack.prepare_database()
        with closing(admin(stack.reach)) as client:
            partitions.repartition(
                stack.reach.owner, client, lambda name: views.rebuild(name, stack.settings, stack.secrets, stack.reach), say
            )


def backup(settings: Settings, site: Site) -> None:
    """Of what runs, or with PostgreSQL started for it alone."""
    _ours(site)
    if _runner(settings) is not None:
        settings = present(settings)
        secrets = keep(settings.folder, lambda: randomness.token_hex(32))
        copies.backup(settings, copies.server(settings, secrets, say), datetime.now(UTC), say)
        return
    _obey_signals()
    with _alone(settings), Stack(settings, site, say) as stack:
        stack.start_only(POSTGRES)
        stack.prepare_database()
        copies.backup(settings, copies.server(settings, stack.secrets, say), datetime.now(UTC), say)


def restore(settings: Settings, site: Site, name: str) -> None:
    """In place of the database, with nothing running: only PostgreSQL is started, and stopped again at the end."""
    _ours(site)
    _obey_signals()
    with _alone(settings):
        source = copies.chosen(settings, name)
        copies.bring_secrets(settings, source)
        with Stack(settings, site, say) as stack:
            stack.start_only(POSTGRES)
            stack.prepare_database()
            copies.bring_back(settings, copies.server(settings, stack.secrets, say), source, datetime.now(UTC), say)
            stack.prepare_database()


def _ours(site: Site) -> None:
    if site.database_url is not None:
        raise Trouble(
            "DATABASE_URL 指向贵方的数据库：用贵方的备份（deploy/kubernetes 里有定时备份）",
            "DATABASE_URL is a database of yours: it has backups of yours (deploy/kubernetes has scheduled ones)",
        )


def down(settings: Settings) -> None:
    """Stop what another terminal runs, and wait until it has."""
    runner = _runner(settings)
    if runner is None:
        say("没有在运行", "nothing is running")
        return
    os.kill(runner, signal.SIGTERM)
    deadline = time.monotonic() + STOPPING
    while _runner(settings) == runner:
        if time.monotonic() > deadline:
            raise Trouble(f"进程 {runner} 在 {STOPPING:g} 秒内没有停下", f"process {runner} has not stopped within {STOPPING:g} s")
        time.sleep(0.1)
    say("已停止", "stopped")


def is_running(settings: Settings) -> bool:
    """Whether somebody has said `make run` in this home and is ready."""
    return _runner(settings) is not None and _running(settings).exists()


def present(settings: Settings) -> Settings:
    """The settings of what runs in this home, so that another terminal need not repeat them; Trouble when nothing does."""
    if not is_running(settings):
        raise Trouble("没有在运行：先 make run", "nothing is running: `make run` first")
    return msgspec.json.decode(_running(settings).read_bytes(), type=Settings)


def demonstrate(settings: Settings) -> subprocess.Popen[bytes]:
    """The demonstration, playing against what runs, in a group of its own with the shops that it starts."""
    environment = os.environ | {f"LIANCHENG_{name.upper()}": _word(value) for name, value in msgspec.structs.asdict(settings).items()}
    return subprocess.Popen([sys.executable, "-m", "deploy.demo"], env=environment, cwd=CHECKOUT, start_new_session=True)


def end(demonstration: subprocess.Popen[bytes]) -> None:
    """With its shops, when it still plays."""
    if demonstration.poll() is None:
        os.killpg(demonstration.pid, signal.SIGKILL)
        demonstration.wait()


def _moment(stack: Stack) -> Moment:
    """Now, by the rulebook in force; as the owner, because no process runs whose rights could be used."""
    settings, library = stack.settings, Library(read_all(), stack.reach.owner, time.monotonic)
    key = bytes.fromhex(stack.secrets.hub_key)
    return Rules(library, CURRENT, key, utc_now, settings.clock_scale, settings.demo, settings.breaker_factor, library.in_force).moment()


def _up(stack: Stack) -> None:
    _check_ports(stack.settings, stack.site)
    say("正在启动 PostgreSQL 和 Kafka……", "starting PostgreSQL and Kafka …")
    stack.start_servers()
    stack.prepare_database()
    stack.prepare_topics()
    stack.prepare_views()
    stack.start_prometheus()
    say("正在启动各进程……", "starting the processes …")
    stack.start_processes()


def _announce(settings: Settings, prometheus: str, seconds: float) -> None:
    for name in SERVICES:
        say(f"{name:<13} http://{settings.host}:{getattr(settings, f'{name}_port')}")
    say(f"{'ops':<13} http://{settings.host}:{settings.ops_port}/ops")
    if prometheus:
        say(f"{'prometheus':<13} {prometheus}")
    if reachable := admitted(settings, os.environ):
        say(f"回调（webhook）除公网外可访问：{reachable}", f"webhooks may reach, beside the public internet: {reachable}")
    say(f"已就绪，用时 {seconds:.1f} 秒；按 Ctrl-C 停止", f"ready after {seconds:.1f} s; Ctrl-C stops")


def _play(stack: Stack) -> None:
    """Play once while everything is watched. A failed play is said and stops nothing."""
    if find_spec("deploy.demo") is None:
        return
    demonstration = demonstrate(stack.settings)
    try:
        while demonstration.poll() is None:
            stack.supervisor.watch()
            time.sleep(0.1)
    finally:
        end(demonstration)
    if demonstration.returncode != 0:
        code = demonstration.returncode
        say(f"演示失败（{code}）；服务继续运行", f"the demonstration FAILED ({code}); the services keep running")


def _check_ports(settings: Settings, site: Site) -> None:
    # A Prometheus that finds its port taken is left out, and said.
    ours = [name for name in Settings.__struct_fields__ if name.endswith("_port") and name != "prometheus_port"]
    for name in ours:
        if (name == "postgres_port" and site.database_url) or (name.startswith("kafka_") and site.kafka_bootstrap):
            continue
        port = getattr(settings, name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                setting = f"LIANCHENG_{name.upper()}"
                raise Trouble(f"端口 {port}（{setting}）不可用：{error}", f"port {port} ({setting}) cannot be used: {error}") from error


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One set-up a home: the lock lasts as long as this process, however it ends, and `make down` reads its id from the file."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    with (settings.folder / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            runner = _runner(settings)
            raise Trouble(
                f"已在运行（进程 {runner}）：make down 可停止", f"already running (process {runner}): `make down` stops it"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _runner(settings: Settings) -> int | None:
    """The process that holds the home's lock, if any does."""
    try:
        with (settings.folder / "run.lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read())
    except FileNotFoundError:
        pass
    return None


def _obey_signals() -> None:
    """Signals become Stopped, also where a shell started us with Ctrl-C ignored."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _running(settings: Settings) -> Path:
    return settings.folder / "running.json"


def _word(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
