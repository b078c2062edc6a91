"""The play passes against what runs, and again with fresh merchants."""

import pytest

from deploy.local import run
from tests.support.stack import Hub


@pytest.mark.timeout(180)
@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)], ids=["once", "twice in a row"])
def test_it_passes(hub: Hub, capfd: pytest.CaptureFixture[str], times: int) -> None:
    for _ in range(times):
        playing = run.demonstrate(hub.settings)
        try:
            assert playing.wait(80) == 0, capfd.readouterr().out[-4000:]
        finally:
            run.end(playing)
    assert "✗" not in capfd.readouterr().out
