"""A full collection of everything that was imported stops a process for a tenth of a second: it is made once, before anybody waits."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTLED = "import gc, {main}; from events.transport import startup; startup.settle(); print(gc.get_freeze_count(), len(gc.get_objects()))"


@pytest.mark.parametrize("main", ["services.directives.main", "services.relay.main", "projections.worker"])
def test_later_collections_leave_out_what_was_there(main: str) -> None:
    done = subprocess.run([sys.executable, "-c", SETTLED.format(main=main)], cwd=ROOT, capture_output=True, text=True, check=True)
    left_out, looked_through = map(int, done.stdout.split())
    assert left_out > 50_000
    assert looked_through < 1_000
