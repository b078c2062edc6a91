"""The operators' page in both languages as a picture, for `make screenshots`: to be looked at, not compared."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deploy.local import run
from tests.operators.page.test_the_page_in_chromium import opened
from tests.support.stack import Hub

FOLDER = Path(__file__).parents[3] / "deploy" / "screenshots"
PLAYS = 6


@pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="pictures are made by `make screenshots`")
@pytest.mark.timeout(900)
def test_pictures_of_the_operators_page(hub: Hub, chromium: Browser) -> None:
    """After the demonstration was played again and again, so that there is something to be seen."""
    for _ in range(PLAYS):
        playing = run.demonstrate(hub.settings)
        try:
            assert playing.wait(120) == 0
        finally:
            run.end(playing)
    for language in ("zh", "en"):
        page, said = opened(chromium, f"http://{hub.settings.host}:{hub.settings.ops_port}/ops?lang={language}")
        page.set_viewport_size({"width": 1360, "height": 820})
        page.wait_for_timeout(500)  # the curves follow the new width
        page.screenshot(path=FOLDER / f"ops.{language}.png", full_page=True)
        assert said == []
