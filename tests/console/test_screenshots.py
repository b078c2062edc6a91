"""Every page in both languages as a picture of the demonstration, for `make screenshots`: to be looked at one by one, not compared."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page

from deploy.local import run
from deploy.local.access import roles
from tests.console.test_the_pages_in_chromium import browsing
from tests.support.stack import Hub

__all__ = ["browsing"]

pytestmark = [
    pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="pictures are made by `make screenshots`"),
    pytest.mark.timeout(600),
]
FOLDER = Path(__file__).parents[2] / "deploy" / "screenshots"
SIZE = {"width": 1360, "height": 820}
PAGES = {
    "regulator": {
        "overview": "/overview", "list": "/", "search": "/?q={name}", "list-as-of": "/?as_of={moment}", "changes": "/changes",
        "net-difference": "/changes?net=1", "purpose": "/subjects/{unasked}", "dossier": "/subjects/{subject}", "dossier-ended": "/subjects/{longest}", "exports": "/exports",
    },
    "reviewer": {"queue": "/work/proposed", "queue-hearing": "/work/hearing", "candidates": "/work/candidates",
        "listing": "/work/listings/{listing}"},
    "approver": {"queue-objections": "/work/objected", "queue-repair": "/work/repair_open", "queue-appeals": "/work/appeal_open",
        "listing-approver": "/work/listings/{listing}"},
    "auditor": {"audit": "/audit"},
}  # fmt: skip


@pytest.fixture(scope="module")
def played(hub: Hub) -> Iterator[tuple[Hub, dict[str, str]]]:
    """The demonstration was played against the whole hub; keys of people who look at it."""
    playing = run.demonstrate(hub.settings)
    try:
        assert playing.wait(300) == 0
    finally:
        run.end(playing)
    yield hub, {role: hub.enrol(f"{role}-of-pictures", role).key for role in PAGES}


def enter(chromium: Browser, address: str, key: str) -> Page:
    page = chromium.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai").new_page()  # type: ignore[arg-type]
    page.goto(f"{address}/login?by=key")
    page.fill("#key", key)
    page.fill("#purpose", "2026年四季度专项检查")
    page.keyboard.press("Enter")
    page.wait_for_selector("main#content")
    return page


def shoot(page: Page, address: str, name: str, path: str) -> None:
    for language in ("zh", "en"):
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        if name.startswith("dossier") and page.locator("form[action*='/purpose']").count():
            page.click("form[action*='/purpose'] button")
            page.goto(f"{address}{path}?lang={language}")
        page.screenshot(path=FOLDER / f"{name}.{language}.png", full_page=True)


def test_pictures_of_every_page(played: tuple[Hub, dict[str, str]], chromium: Browser) -> None:
    hub, keys = played
    address = hub.url("regulator")
    FOLDER.mkdir(exist_ok=True)
    given = _things(hub, keys)
    stranger = chromium.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
    shoot(stranger, address, "login", "/login")
    shoot(stranger, address, "login-key", "/login?by=key")
    for role, pages in PAGES.items():
        page = enter(chromium, address, keys[role])
        for name, path in pages.items():
            shoot(page, address, name, path.format(**given))
    stranger.goto(given["notice"])
    stranger.wait_for_selector("#case:not([hidden])")
    stranger.screenshot(path=FOLDER / "merchant.png", full_page=True)


def _things(hub: Hub, keys: dict[str, str]) -> dict[str, str]:
    """What there is to be looked at: the longest dossier, a listing that waits for people, the notice of one that was served."""
    owner = roles.url(hub.stack.reach.owner, user="adjudication", password=hub.stack.secrets.roles["adjudication"])
    with psycopg.connect(owner, autocommit=True) as conn, closing(httpx.Client(trust_env=False)) as client:
        headers = {"Authorization": f"Bearer {keys['regulator']}", "Liancheng-Purpose": "pictures"}
        listed = client.get(f"{hub.url('regulator')}/v1/blacklist", headers=headers).json()["items"]
        query = "SELECT originator_id::text FROM hub_events WHERE topic = 'directive.issued.v1' GROUP BY 1 ORDER BY count(*) DESC LIMIT 2"
        longest = [one for (one,) in conn.execute(query)]
        waiting = "SELECT listing_id::text FROM listing ORDER BY state IN ('served', 'released', 'proposed') DESC, proposed_at DESC LIMIT 1"
        (listing,) = conn.execute(waiting).fetchone() or ("",)
    return {
        "name": next((one["name"][:4] for one in listed if one["name"]), "商贸"), "moment": "2026-11-20T00:00", "subject": listed[0]["subject_id"] if listed else longest[0],
        "longest": longest[0], "unasked": longest[-1], "listing": listing, "notice": _notice(hub),
    }  # fmt: skip


def _notice(hub: Hub) -> str:
    """The link of a notice, as its platform is told it."""
    platform = hub.enrol("pictures-shop").key
    with psycopg.connect(roles.url(hub.stack.reach.owner), autocommit=True) as owner:
        row = owner.execute("SELECT code FROM member WHERE class = 'platform' ORDER BY enrolled_at LIMIT 1").fetchone()
    key = hub.enrol(row[0]).key if row else platform
    with closing(httpx.Client(trust_env=False)) as client:
        answer = client.get(f"{hub.url('directives')}/v1/notices", headers={"Authorization": f"Bearer {key}"})
        items = answer.json()["items"]
    return str(items[-1].get("link") or items[-1]["data"]["link"])
