"""`make recover` in a home that was used: refused while the hub runs, done while it does not, and the hub starts afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stack import free_ports

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    home = Path(tempfile.mkdtemp(prefix="liancheng-"))
    home.chmod(0o711)
    ports = {f"LIANCHENG_{name.upper()}": str(port) for name, port in free_ports().items()}
    passed = {name: os.environ[name] for name in ("PATH", "HOME", "LIANCHENG_CACHE") if name in os.environ}
    yield passed | ports | {"LIANCHENG_HOME": str(home)}
    shutil.rmtree(home, ignore_errors=True)


def runs_until_told(environment: dict[str, str]) -> str:
    """`make run` without the demonstration until it is ready, then Ctrl-C; what `make recover` complains of meanwhile."""
    line = [sys.executable, "-m", "deploy.local", "run"]
    running = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert running.stdout is not None
        assert any(said.startswith("ready after") for said in running.stdout)
        return recover(environment).stderr
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)


def recover(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "deploy.local", "recover"]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_hub_is_recovered_between_two_runs(environment: dict[str, str]) -> None:
    assert "already running" in runs_until_told(environment)
    done = recover(environment)
    assert (done.returncode, "epoch 2: directives of 0 subjects issued anew" in done.stdout) == (0, True), done.stdout + done.stderr
    runs_until_told(environment)
    assert "epoch 3:" in recover(environment).stdout
