"""Programs are started, watched, started again with pauses, and stopped together; nothing of them is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.supervision.supervise import Program, Supervisor
from deploy.local.tell import Trouble

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[2]

# Writes its own id and its child's, and can be told to be deaf.
PARENT = """
import os, signal, subprocess, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
open(sys.argv[1] + ".new", "w").write(f"{os.getpid()} {child.pid}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "logs", lambda zh, en=None, /: said.append(en or zh))
    yield made
    made.stop()


def program(tmp_path: Path, *words: str) -> Program:
    ids = tmp_path / "ids"
    return Program(
        name="parent",
        command=[sys.executable, "-c", PARENT, str(ids), *words],
        folder=tmp_path,
        environment={"PATH": os.environ["PATH"]},
        ready=ids.exists,
    )


def ids(tmp_path: Path) -> list[int]:
    return [int(word) for word in (tmp_path / "ids").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def test_what_a_program_started_is_stopped_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program(tmp_path))
    supervisor.wait(["parent"], 10)
    started = ids(tmp_path)
    supervisor.stop()
    assert eventually(lambda: not any(map(alive, started)))


def test_a_frozen_program_is_woken_to_be_stopped(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program(tmp_path))
    supervisor.wait(["parent"], 10)
    parent, _ = ids(tmp_path)
    os.kill(parent, signal.SIGSTOP)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 5
    assert not alive(parent)


def test_a_deaf_program_is_ended_after_the_grace(supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.supervision.supervise.GRACE", 0.3)
    supervisor.start(program(tmp_path, "deaf"))
    supervisor.wait(["parent"], 10)
    started = ids(tmp_path)
    supervisor.stop()
    assert eventually(lambda: not any(map(alive, started)))


def test_a_killed_program_is_started_again(supervisor: Supervisor, tmp_path: Path, said: list[str]) -> None:
    supervisor.start(program(tmp_path))
    supervisor.wait(["parent"], 10)
    first, child = ids(tmp_path)
    (tmp_path / "ids").unlink()
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: not alive(first))
    supervisor.watch()
    supervisor.wait(["parent"], 10)
    assert ids(tmp_path)[0] != first
    assert not alive(child)
    assert said == [f"parent ended (-9); again in 0.5 s; its log: {tmp_path / 'logs' / 'parent.log'}"]


def test_a_program_that_keeps_ending_stops_the_start_with_its_last_word(supervisor: Supervisor, tmp_path: Path) -> None:
    complaint = "import sys; sys.exit('LIANCHENG_GATEWAY_PORT: wrong')"
    supervisor.start(Program(name="broken", command=[sys.executable, "-c", complaint], folder=tmp_path, ready=lambda: False))
    with pytest.raises(Trouble, match="broken does not start: LIANCHENG_GATEWAY_PORT: wrong"):
        supervisor.wait(["broken"], 30)


def test_nothing_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    lone = """
import sys, time
from pathlib import Path
from deploy.local.supervision.supervise import Supervisor
from tests.deploy.test_programs_are_supervised import program
home = Path(sys.argv[1])
supervisor = Supervisor(home / "logs", print)
supervisor.start(program(home, "deaf"))
supervisor.wait(["parent"], 10)
time.sleep(600)
"""
    supervising = subprocess.Popen([sys.executable, "-c", lone, str(tmp_path)], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert eventually((tmp_path / "ids").exists, 15)
    parent, child = ids(tmp_path)
    supervising.kill()
    supervising.wait()
    assert eventually(lambda: not alive(parent))
    os.kill(child, signal.SIGKILL)


def test_a_program_that_asks_to_be_started_again_is_no_trouble(supervisor: Supervisor, tmp_path: Path, said: list[str]) -> None:
    again = """
import os, time
if os.path.exists("4"):
    open("ready", "w")
    time.sleep(600)
open(str(len(os.listdir("."))), "w")
"""
    (tmp_path / "home").mkdir()
    ready = (tmp_path / "home" / "ready").exists
    supervisor.start(Program(name="modest", command=[sys.executable, "-c", again], folder=tmp_path / "home", ready=ready))
    supervisor.wait(["modest"], 20)
    assert said == ["modest starts again"] * 5


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ModuleNotFoundError: No module named 'x'", "ModuleNotFoundError: No module named 'x'"),
        ('{"event": "crashed", "exception": [{"exc_type": "OSError", "exc_value": "taken"}]}', "OSError: taken"),
        ('{"event": "retry", "why": "RetryLater: tables of another version"}', "RetryLater: tables of another version"),
        ('{"event": "waiting"}', "waiting"),
        ('{"other": "json"}', '{"other": "json"}'),
    ],
)
def test_the_last_word_of_a_log_is_readable(supervisor: Supervisor, tmp_path: Path, line: str, said: str) -> None:
    complaint = f"import sys; print({line!r}); sys.exit(1)"
    supervisor.start(Program(name="broken", command=[sys.executable, "-c", complaint], folder=tmp_path, ready=lambda: False))
    assert eventually(lambda: supervisor.running["broken"].last_line() == said)
