"""`make run` comes up again in the same home, however it was stopped, and leaves no process behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.support.stack import free_ports

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
START_TURNS = 100_000
"""What a second start may take: as long as a thread beside it needs for so many turns of the same small work. Whatever else the machine
does, and however fast it is, lengthens both alike; waiting for nothing lengthens only the start. Seconds are measured by the README."""


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    home = Path(tempfile.mkdtemp(prefix="liancheng-"))
    home.chmod(0o711)
    ports = {f"LIANCHENG_{name.upper()}": str(port) for name, port in free_ports().items()}
    passed = {name: os.environ[name] for name in ("PATH", "HOME", "LIANCHENG_CACHE") if name in os.environ}
    yield passed | ports | {"LIANCHENG_HOME": str(home)}
    shutil.rmtree(home, ignore_errors=True)


def started(environment: dict[str, str], said: list[str] | None = None) -> subprocess.Popen[str]:
    """Without the demonstration; everything is ready when this returns. `said` gets the lines until then."""
    command = [sys.executable, "-m", "deploy.local", "run"]
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert running.stdout is not None
    for line in running.stdout:
        if said is not None:
            said.append(line.rstrip())
        if line.startswith("ready after"):
            return running
    raise AssertionError(f"ended with {running.wait()}")


def command(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "deploy.local", *words]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def descendants(pid: int) -> set[int]:
    """Of the process, down to the last."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found: set[int] = set()
    while True:
        more = {child for child, parent in parents.items() if parent == pid or parent in found} - found
        if not more:
            return found
        found |= more


def left(pids: set[int]) -> set[int]:
    """Those that still run after ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        pids = {pid for pid in pids if (Path("/proc") / str(pid)).exists() and _state(pid) != "Z"}
        if not pids:
            break
        time.sleep(0.1)
    return pids


def _state(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "Z"


@pytest.mark.parametrize("how", ["Ctrl-C", *(pytest.param(how, marks=pytest.mark.slow) for how in ("make down", "kill -9"))])
def test_nothing_is_left(environment: dict[str, str], how: str) -> None:
    with started(environment) as running:
        processes = descendants(running.pid)
        assert len(processes) > 9
        match how:
            case "make down":
                assert command(environment, "down").stdout == "stopped\n"
            case "Ctrl-C":
                running.send_signal(signal.SIGINT)
            case "kill -9":
                running.kill()
        assert running.wait(60) == (-signal.SIGKILL if how == "kill -9" else 0)
    assert left(processes) == set()


def prepared(environment: dict[str, str]) -> dict[str, object]:
    """What only a first start makes, as it lies there."""
    home = Path(environment["LIANCHENG_HOME"])
    jars = Path(environment.get("LIANCHENG_CACHE") or ROOT / ".local") / "kafka-jars"
    made = [home / "postgres" / "PG_VERSION", home / "kafka" / "data" / "meta.properties", *jars.rglob("*.jar")]
    assert len(made) > 40
    return {str(path): path.stat().st_mtime_ns for path in made} | {"secrets": (home / "secrets.json").read_text()}


class Yardstick:
    """Counts how often a thread comes to do the same small work."""

    def __init__(self) -> None:
        self.turns, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.is_set():
            sum(range(10_000))
            self.turns += 1


@pytest.mark.slow
def test_a_second_start_prepares_nothing_again_and_is_ready_soon(environment: dict[str, str]) -> None:
    with started(environment) as running:
        running.send_signal(signal.SIGTERM)
    made, said = prepared(environment), list[str]()
    with Yardstick() as beside:
        running = started(environment, said)
    with running:
        running.send_signal(signal.SIGTERM)
    assert prepared(environment) == made
    # Nothing is fetched, initialised or built again: two steps, and the address of each service.
    assert [line for line in said if "http://" not in line][:-1] == ["starting PostgreSQL and Kafka …", "starting the processes …"]
    assert beside.turns < START_TURNS


def test_a_key_is_one_line_of_json_and_every_process_is_ready(environment: dict[str, str]) -> None:
    with started(environment) as running:
        key = command(environment, "key", "--member", "tmall", "--class", "platform")
        status = command(environment, "status")
        running.send_signal(signal.SIGTERM)
    given = json.loads(key.stdout)
    assert key.stdout.count("\n") == 1
    assert set(given) == {"member", "class", "entity", "key", "kafka"}
    assert set(given["kafka"]) == {"bootstrap", "username", "password", "ingress", "receipt"}
    assert "NOT READY" not in status.stdout
