"""The play passes against what runs, and again with fresh merchants."""

import pytest

from deploy.local import run
from tests.support.stack import Hub


@pytest.mark.timeout(180)
def test_it_passes_twice_in_a_row(hub: Hub, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        playing = run.demonstrate(hub.settings)
        try:
            assert playing.wait(80) == 0, capfd.readouterr().out[-4000:]
        finally:
            run.end(playing)
    assert "✗" not in capfd.readouterr().out
