"""Prometheus' own programs, where this machine has them: on the PATH, or in the folder that PROMETHEUS_TOOLS names."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "deploy" / "prometheus"


def program(name: str) -> str:
    """Its path. Without one the test is skipped, aloud; where PROMETHEUS_TOOLS says that it is there, it fails."""
    folder = os.environ.get("PROMETHEUS_TOOLS") or None
    found = shutil.which(name, path=folder)
    if found is None and folder:
        pytest.fail(f"no {name} in PROMETHEUS_TOOLS={folder}")
    if found is None:
        pytest.skip(f"no {name}: not looked at with Prometheus' own eyes (`PROMETHEUS_TOOLS=$(.ci/prometheus) make check` does)")
    return found


def ran(name: str, *arguments: str, given: bytes = b"") -> str:
    """What the program prints; its complaint fails the test."""
    done = subprocess.run([program(name), *arguments], input=given, capture_output=True, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    return said


def promtool(*arguments: str, given: bytes = b"") -> str:
    return ran("promtool", *arguments, given=given)
