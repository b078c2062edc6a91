"""A taken port, a second start, a missing server: one line that names it, and an exit that is not zero."""

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack import free_ports

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    ports = {f"LIANCHENG_{name.upper()}": str(port) for name, port in free_ports().items()}
    return {"PATH": os.environ["PATH"], "LIANCHENG_HOME": str(tmp_path / "home"), **ports}


def command(environment: dict[str, str], *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local", *words],
        check=False, env=environment, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_a_taken_port_is_named_with_its_setting(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["LIANCHENG_STANDING_PORT"]))):
        code, _, complaint = command(environment, "run")
    assert code == 1
    assert complaint.startswith(f"liancheng: port {environment['LIANCHENG_STANDING_PORT']} (LIANCHENG_STANDING_PORT) cannot be used")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize("word", ["run", "recover"])
def test_a_second_start_in_one_home_is_refused(environment: dict[str, str], word: str) -> None:
    home = Path(environment["LIANCHENG_HOME"])
    home.mkdir()
    with (home / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        assert command(environment, word) == (1, "", "liancheng: already running (process 4711): `make down` stops it\n")


def test_a_site_that_does_not_answer_is_named(environment: dict[str, str]) -> None:
    port = environment["LIANCHENG_POSTGRES_PORT"]
    site = {
        "DATABASE_URL": f"postgresql://owner:secret@127.0.0.1:{port}/hub",
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "KAFKA_USERNAME": "admin",
        "KAFKA_PASSWORD": "secret",
    }
    code, _, complaint = command(environment | site, "run")
    assert code == 1
    assert complaint.startswith("liancheng: PostgreSQL: connection failed")
    assert port in complaint
    assert "secret" not in complaint


@pytest.mark.parametrize("words", [["demo"], ["status"], ["key", "--member", "tmall"], ["rebuild", "credit"]])
def test_what_needs_a_running_hub_says_so(environment: dict[str, str], words: list[str]) -> None:
    assert command(environment, *words) == (1, "", "liancheng: nothing is running: `make run` first\n")


def test_down_when_nothing_runs_is_no_failure(environment: dict[str, str]) -> None:
    assert command(environment, "down") == (0, "nothing is running\n", "")
