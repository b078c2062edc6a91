"""Prometheus' own checker, where this machine has it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "deploy" / "prometheus"


def promtool(*arguments: str, given: bytes = b"") -> str:
    """What promtool prints; fails the test with that when promtool does, and skips it, aloud, when there is none."""
    found = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if found is None:
        pytest.skip("no promtool: alert rules were not run (Debian's package prometheus has it; PROMTOOL may name it)")
    done = subprocess.run([found, *arguments], input=given, capture_output=True, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    return said
