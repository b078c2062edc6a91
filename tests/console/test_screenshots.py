"""Every page in both languages as a picture of the demonstration, for `make screenshots`: to be looked at one by one, not compared."""

import json
import os
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.local import run
from deploy.local.access import roles
from deploy.local.access.accounts import Wanted, open_account
from tests.console.conftest import CHROMIUM
from tests.console.test_people_at_work import chunk
from tests.support.stack import Hub

pytestmark = [
    pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="pictures are made by `make screenshots`"),
    pytest.mark.timeout(600),
]
FOLDER = Path(__file__).parents[2] / "deploy" / "screenshots"
SIZE = {"width": 1360, "height": 820}
TELEPHONE, SHEET = {"width": 390, "height": 760}, {"width": 760, "height": 1075}
PRINTED = {"regulator": ("overview", "list", "dossier"), "approver": ("listing-closed",)}
LANGUAGES = ("zh", "en")
PURPOSE = {"zh": "2026年四季度专项检查", "en": "Inspection of the fourth quarter"}
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


def a_photo(width: int = 480, height: int = 300) -> bytes:
    """A parcel on a table, in greys: something that a browser draws."""

    def grey(x: int, y: int) -> int:
        if 120 <= x < 360 and 70 <= y < 240:
            return 70 if abs(x - 240) < 12 else 235 if 270 <= x < 340 and 90 <= y < 130 else 150 + (y - 70) // 6
        return 225 - y // 6 if y < 210 else 120 + (y - 210) // 3

    rows = b"".join(b"\x00" + bytes(grey(x, y) for x in range(width)) for y in range(height))
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = a_photo()


class Prepared(NamedTuple):
    """What there is to be looked at, and who looks at it."""

    hub: Hub
    keys: dict[str, str]
    given: dict[str, str]
    password: str

    @property
    def address(self) -> str:
        return self.hub.url("regulator")


@pytest.fixture(scope="module")
def prepared(hub: Hub) -> Prepared:
    """The demonstration was played against the whole hub; keys of people who look at it, and something that waits for them."""
    playing = run.demonstrate(hub.settings)
    try:
        assert playing.wait(300) == 0
    finally:
        run.end(playing)
    keys = {role: hub.enrol(f"{role}-of-pictures", role).key for role in PAGES}
    waiting, evidence = a_case(hub)
    with psycopg.connect(hub.stack.reach.owner, autocommit=True) as owner:
        made = open_account(owner, Wanted("reviewer-of-pictures", "zhang.san"), datetime.now(UTC), "first password of pictures")
    return Prepared(hub, keys, _things(hub, keys) | {"waiting": waiting, "evidence": evidence}, made.password or "")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def browser(language: str) -> Iterator[Browser]:
    """What a browser says by itself, as in fields for dates and files, is in its own language: that of the page
    (Debian: `apt-get install chromium-l10n`)."""
    words = {"zh": "zh_CN", "en": "en_US"}[language]
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments, env={**os.environ, "LANGUAGE": words})
        yield opened
        opened.close()


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


def enter(browser: Browser, address: str, **fields: str) -> Page:
    page = browser.new_context(viewport=SIZE, timezone_id="Asia/Shanghai").new_page()  # type: ignore[arg-type]
    page.goto(f"{address}/login{'?by=key' if 'key' in fields else ''}")
    for field, text in fields.items():
        page.fill(f"#{field}", text)
    page.keyboard.press("Enter")
    page.wait_for_selector("main#content")
    return page


def shoot(page: Page, address: str, name: str) -> None:
    page.goto(address)
    if page.locator("form[action*='/purpose']").count() and not name.startswith("purpose"):
        page.click("form[action*='/purpose'] button")
        page.goto(address)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


def said(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def test_pictures_of_every_page(prepared: Prepared, browser: Browser, language: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    stranger = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
    for name, path in {"login": "/login", "login-key": "/login?by=key"}.items():
        shoot(stranger, said(prepared.address + path, language), f"{name}.{language}")
    for role, pages in PAGES.items():
        page = enter(browser, prepared.address, key=prepared.keys[role], purpose=PURPOSE[language])
        for name, path in pages.items():
            shoot(page, said(prepared.address + path.format(**prepared.given), language), f"{name}.{language}")
        for name in PRINTED.get(role, ()):
            page.set_viewport_size(SHEET)  # type: ignore[arg-type]
            page.emulate_media(media="print")
            shoot(page, said(prepared.address + pages[name].format(**prepared.given), language), f"{name}-print.{language}")
    person = enter(browser, prepared.address, login="zhang.san", password=prepared.password, purpose=PURPOSE[language])
    shoot(person, said(f"{prepared.address}/password", language), f"password.{language}")


@pytest.mark.parametrize("device", ["", "-phone"])
def test_pictures_of_a_merchants_page(prepared: Prepared, browser: Browser, language: str, device: str) -> None:
    """As a desk, a telephone and paper show it, and what is there before the code is."""
    address, _, token = prepared.given["notice"].partition("#")
    size = TELEPHONE if device else SIZE
    page = browser.new_context(viewport=size, device_scale_factor=2 if device else 1).new_page()  # type: ignore[arg-type]
    page.goto(said(address, language))
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
        page.set_viewport_size(size)  # type: ignore[arg-type]
    page.click("#to-own button")
    page.wait_for_selector("#own")
    page.screenshot(path=FOLDER / f"merchant-file{device}.{language}.png", full_page=True)


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
    """The link of a notice about which something may be done still, as its platform is told it; else of the last one."""
    with psycopg.connect(roles.url(hub.stack.reach.owner), autocommit=True) as owner:
        codes = [code for (code,) in owner.execute("SELECT code FROM member WHERE class = 'platform' ORDER BY enrolled_at")]
    links = []
    with closing(httpx.Client(trust_env=False)) as client:
        for code in codes:
            answer = client.get(f"{hub.url('directives')}/v1/notices", headers={"Authorization": f"Bearer {hub.enrol(code).key}"})
            links += [str(item["link"] if "link" in item else item["data"]["link"]) for item in answer.json()["items"]]
        for link in links:
            address, _, token = link.partition("#")
            seen = client.get(f"{address}/notice", headers={"Authorization": f"Bearer {token}"}).json()
            if (seen.get("listing") or {}).get("state") == "decided":
                return link
    return links[-1]
