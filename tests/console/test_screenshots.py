"""Every page in both languages as a picture, for `make screenshots`: to be looked at, not compared."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.console.conftest import Console
from tests.console.test_the_pages_in_chromium import browsing, enter
from tests.services.regulator.dossiers import BLACKLISTED

__all__ = ["browsing"]

FOLDER = Path(__file__).parents[2] / "deploy" / "screenshots"
SHOTS = {
    "reg": {"overview": "/overview", "list": "/", "search": "/?q=云帆美妆", "changes": "/changes",
        "dossier": f"/subjects/{BLACKLISTED}", "exports": "/exports"},
    "an": {"queue": "/work/hearing", "listing": "/work/listings/{listing}"},
    "rui": {"candidates": "/work/candidates"},
}  # fmt: skip


@pytest.mark.skipif(not os.environ.get("LIANCHENG_SCREENSHOTS"), reason="pictures are made by `make screenshots`")
@pytest.mark.parametrize("who", SHOTS)
def test_pictures_of_every_page(console: Console, browsing: BrowserContext, who: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    page, said = enter(browsing, console, who)
    page.set_viewport_size({"width": 1360, "height": 820})
    for language in ("zh", "en"):
        for name, path in SHOTS[who].items():
            address = console.address + path.format(listing=console.listing)
            page.goto(f"{address}{'&' if '?' in path else '?'}lang={language}")
            page.screenshot(path=FOLDER / f"{name}.{language}.png", full_page=True)
    assert said == []
