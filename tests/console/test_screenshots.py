"""Every page in both languages as a picture of the demonstration, for `make screenshots`: to be looked at one by one, not compared."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page

from deploy.local import run
from deploy.local.access import roles
from deploy.local.access.accounts import Wanted, open_account
from tests.console.test_people_at_work import PICTURE
from tests.console.test_the_pages_in_chromium import browsing
from tests.support.stack import Hub

__all__ = ["browsing"]

pytestmark = [
    pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="pictures are made by `make screenshots`"),
    pytest.mark.timeout(600),
]
FOLDER = Path(__file__).parents[2] / "deploy" / "screenshots"
SIZE = {"width": 1360, "height": 820}
TELEPHONE, SHEET = {"width": 390, "height": 760}, {"width": 760, "height": 1075}
PRINTED = ("overview", "list", "dossier")
PAGES = {
    "regulator": {
        "overview": "/overview", "list": "/", "search": "/?q={name}", "list-as-of": "/?as_of={moment}", "changes": "/changes",
        "net-difference": "/changes?net=1", "purpose": "/subjects/{unasked}", "dossier": "/subjects/{subject}",
        "dossier-ended": "/subjects/{longest}", "exports": "/exports",
    },
    "reviewer": {
        "queue": "/work/proposed", "queue-hearing": "/work/hearing", "candidates": "/work/candidates",
        "listing": "/work/listings/{waiting}", "evidence": "/work/listings/{waiting}/evidence/{evidence}",
    },
    "approver": {
        "queue-objections": "/work/objected", "queue-repair": "/work/repair_open", "queue-appeals": "/work/appeal_open",
        "listing-closed": "/work/listings/{listing}", "problem": "/work/candidates",
    },
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


def say(hub: Hub, key: str, kind: str, /, **data: object) -> None:
    """One statement of a shop that the demonstration does not know."""
    code = key.split("_")[1]
    event = {
        "specversion": "1.0", "id": f"{kind}-1", "source": f"/platforms/{code}", "type": f"liancheng.{kind}.v1", "subject": "shop-1",
        "time": datetime.now(UTC).isoformat(), "datacontenttype": "application/json",
        "data": {"merchant": {"account": "shop-1", "uscc": "913100007109328220", "name": "演示美妆有限公司", "kind": "enterprise"}} | data,
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
    with closing(httpx.Client(trust_env=False)) as client:
        answer = client.post(f"{hub.url('gateway')}/v1/statements", content=json.dumps(event), headers=headers)
    assert answer.status_code == 201, answer.text


def a_case(hub: Hub) -> tuple[str, str]:
    """Something that waits for a reviewer, with evidence to open; its listing and the evidence's hash."""
    digest, now = sha256(PICTURE).hexdigest(), datetime.now(UTC)
    for code in ("pictures-one", "pictures-two"):
        key = hub.enrol(code).key
        piece = {"evidence": "E-1", "kind": "photo", "sha256": digest, "bytes": len(PICTURE), "media": "image/png"}
        say(hub, key, "evidence.submitted", **piece, captured_at=now.isoformat())
        listed = [{"evidence": "E-1", "sha256": digest}] if code == "pictures-one" else [{"evidence": "E-2", "sha256": "ab" * 32}]
        say(
            hub, key, "sanction.imposed", sanction="S-1", measure="freeze", category="counterfeit", rule="3.2", begins=now.isoformat(),
            ends=(now + timedelta(days=180)).isoformat(), reports=[], evidence=listed, decided_by="human", origin={"kind": "own"},
        )  # fmt: skip
        with closing(httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {key}"})) as client:
            wait_for(
                lambda client=client: client.put(f"{hub.url('adjudication')}/v1/evidence/E-1", content=PICTURE).status_code in (200, 201)
            )
    query = "SELECT listing_id::text FROM listing WHERE state = 'proposed'"
    with hub.connect("adjudication") as conn:
        wait_for(lambda: conn.execute(query).fetchone() is not None)
        return str(conn.execute(query).fetchall()[0][0]), digest


def wait_for(seen: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.2)


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
    waiting, evidence = a_case(hub)
    given = _things(hub, keys) | {"waiting": waiting, "evidence": evidence}
    stranger = chromium.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
    shoot(stranger, address, "login", "/login")
    shoot(stranger, address, "login-key", "/login?by=key")
    for role, pages in PAGES.items():
        page = enter(chromium, address, keys[role])
        for name, path in pages.items():
            shoot(page, address, name, path.format(**given))
    _by_account(hub, stranger, address)
    _of_a_merchant(chromium, given["notice"])
    _on_paper(enter(chromium, address, keys["regulator"]), address, {name: PAGES["regulator"][name].format(**given) for name in PRINTED})


def _of_a_merchant(chromium: Browser, link: str) -> None:
    """The page of a notice as a desk, a telephone and paper show it, and what is there before the code is."""
    address, _, token = link.partition("#")
    for device, size in (("", SIZE), ("-phone", TELEPHONE)):
        page = chromium.new_context(viewport=size, device_scale_factor=2 if device else 1).new_page()  # type: ignore[arg-type]
        for language in ("zh", "en"):
            page.goto(f"{address}?lang={language}")
            page.screenshot(path=FOLDER / f"merchant-entry{device}.{language}.png", full_page=True)
            page.fill("#code", token)
            page.click("#open button")
            page.wait_for_selector("#told")
            page.screenshot(path=FOLDER / f"merchant{device}.{language}.png", full_page=True)
            if not device:
                page.emulate_media(media="print")
                page.set_viewport_size(SHEET)  # type: ignore[arg-type]
                page.screenshot(path=FOLDER / f"merchant-print.{language}.png", full_page=True)
                page.emulate_media(media="screen")
                page.set_viewport_size(SIZE)  # type: ignore[arg-type]
            page.click(".unprinted button")
            page.wait_for_selector("#own")
            page.screenshot(path=FOLDER / f"merchant-file{device}.{language}.png", full_page=True)


def _on_paper(page: Page, address: str, paths: dict[str, str]) -> None:
    page.set_viewport_size(SHEET)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    for name, path in paths.items():
        page.goto(f"{address}{path}")
        if page.locator("form[action*='/purpose']").count():
            page.emulate_media(media="screen")
            page.click("form[action*='/purpose'] button")
            page.emulate_media(media="print")
            page.goto(f"{address}{path}")
        page.screenshot(path=FOLDER / f"{name}-print.zh.png", full_page=True)


def _by_account(hub: Hub, page: Page, address: str) -> None:
    """Whoever has an account can change its password."""
    with psycopg.connect(hub.stack.reach.owner, autocommit=True) as owner:
        given = open_account(owner, Wanted("reviewer-of-pictures", "zhang.san"), datetime.now(UTC), "first password of pictures")
    page.goto(f"{address}/login")
    for field, text in (("login", given.login), ("password", given.password or ""), ("purpose", "办理案件")):
        page.fill(f"#{field}", text)
    page.keyboard.press("Enter")
    page.wait_for_selector("main#content")
    shoot(page, address, "password", "/password")


def _things(hub: Hub, keys: dict[str, str]) -> dict[str, str]:
    """What there is to be looked at: the longest dossier, a listing that waits for people, the notice of one that was served."""
    owner = roles.url(hub.stack.reach.owner, user="adjudication", password=hub.stack.secrets.roles["adjudication"])
    with psycopg.connect(owner, autocommit=True) as conn, closing(httpx.Client(trust_env=False)) as client:
        headers = {"Authorization": f"Bearer {keys['regulator']}", "Liancheng-Purpose": "pictures"}
        listed = client.get(f"{hub.url('regulator')}/v1/blacklist", headers=headers).json()["items"]
        query = "SELECT originator_id::text FROM hub_events WHERE topic = 'directive.issued.v1' GROUP BY 1 ORDER BY count(*) DESC LIMIT 2"
        longest = [one for (one,) in conn.execute(query)]
        waiting = "SELECT listing_id::text FROM listing WHERE state = 'ended' ORDER BY proposed_at DESC LIMIT 1"
        (listing,) = conn.execute(waiting).fetchone() or ("",)
    return {
        "name": next((one["name"][:4] for one in listed if one["name"]), "商贸"), "moment": "2026-11-20T00:00", "listing": listing,
        "subject": listed[0]["subject_id"] if listed else longest[0], "longest": longest[0], "unasked": longest[-1], "notice": _notice(hub),
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
