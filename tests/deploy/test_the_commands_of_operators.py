"""Each command of operators is a target of the Makefile, takes its words, and the doctor speaks of a home where nothing runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.settings import CHECKOUT
from deploy.operations.commands import COMMANDS
from tests.support.stack import free_ports

pytestmark = pytest.mark.servers
MAKEFILE = (CHECKOUT / "Makefile").read_text()


def local(home: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """`python -m deploy.local` in a home of its own."""
    ports = {f"LIANCHENG_{name.upper()}": str(port) for name, port in free_ports().items()}
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LIANCHENG_CACHE") if name in os.environ}
    environment = given | ports | {"LIANCHENG_HOME": str(home)} | more
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", *words], cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_a_target_with_a_word_of_help(command: str) -> None:
    assert re.search(rf"^{command}: \.venv/installed ## .{{10,}}$", MAKEFILE, re.MULTILINE)
    assert re.search(rf"^\t@\$\(LOCAL\) {command}\b", MAKEFILE, re.MULTILINE)
    assert f" {command} " in next(line for line in MAKEFILE.splitlines() if line.startswith(".PHONY:"))


def test_the_doctor_is_asked_where_nothing_runs(tmp_path: Path) -> None:
    asked = local(tmp_path, "doctor", LC_ALL="C")
    assert asked.returncode == 1, asked.stderr
    assert "NOW  not-running: Nothing is running\n     → `make run`" in asked.stdout
    assert "NOW  postgres-away" in asked.stdout
    assert "NOW  kafka-away" in asked.stdout
    chinese = local(tmp_path, "doctor", LC_ALL="zh_CN.UTF-8")
    assert "【急】 not-running: 没有在运行" in chinese.stdout


def test_a_restore_without_a_backup_says_so(tmp_path: Path) -> None:
    asked = local(tmp_path, "restore", LC_ALL="C")
    assert (asked.returncode, "there is no backup in" in asked.stderr) == (1, True)


def test_keys_and_refusals_are_of_a_hub_that_runs(tmp_path: Path) -> None:
    for command in ("keys", "refusals"):
        assert "nothing is running" in local(tmp_path, command, LC_ALL="C").stderr


def test_a_sites_own_database_has_backups_of_its_own(tmp_path: Path) -> None:
    asked = local(tmp_path, "backup", LC_ALL="C", DATABASE_URL="postgresql://me@127.0.0.1:1/mine")
    assert "it has backups of yours" in asked.stderr
