"""A rebuild ends in the same rows whatever the time zone of process and session, the seed of hashes, and the version of Python."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import psycopg
import pytest

from tests.projections.digests import digests
from tests.support.served import CHECKOUT
from tests.support.stack import Database

ZONES = ("Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati")


def told(database: Database, python: str, **environment: str) -> bytes:
    """What another process makes of the same facts."""
    command = [python, "-m", "tests.projections.digests", database.conninfo("projections")]
    done = subprocess.run(command, cwd=CHECKOUT, env=os.environ | environment, capture_output=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def here(database: Database) -> bytes:
    with psycopg.connect(database.conninfo("projections"), autocommit=True) as conn:
        return msgspec.json.encode(digests(conn))


@pytest.mark.parametrize("zone", ZONES)
def test_in_every_time_zone_and_under_any_seed(module_database: Database, zone: str) -> None:
    there = told(module_database, sys.executable, TZ=zone, PGTZ=zone, PYTHONHASHSEED=str(len(zone)))
    assert there == here(module_database)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_under_another_python(module_database: Database, tmp_path: Path) -> None:
    """Set up from the lock, as `make` does."""
    other = another_python()
    if other is None:
        pytest.skip("no other Python of at least 3.11 is on this machine")
    for part in ("deploy/venv.py", "requirements.lock"):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        shutil.copy(CHECKOUT / part, tmp_path / part)
    made = subprocess.run([other, str(tmp_path / "deploy" / "venv.py")], capture_output=True, text=True, check=False, timeout=300)
    assert made.returncode == 0, made.stderr
    assert told(module_database, str(tmp_path / ".venv" / "bin" / "python")) == here(module_database)


def another_python() -> str | None:
    """Newer than 3.10 and not the one that runs this: from the PATH, or where pyenv keeps its own."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = [shutil.which(f"python3.{minor}") for minor in (14, 13, 12, 11)] + [
        str(it) for it in sorted(kept.glob("3.1[1-9].*/bin/python3"))
    ]
    for python in filter(None, named):
        asked = subprocess.run([python, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True, check=False)
        if asked.returncode == 0 and asked.stdout.strip() != str(sys.version_info[:2]):
            return python
    return None
