"""Officers in a real browser: evidence is opened before anything is decided, everything goes by keyboard, and paper is readable."""

import zlib
from collections.abc import Iterator
from hashlib import sha256

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.console.conftest import Console, consoled
from tests.console.test_the_pages_in_chromium import browsing, enter, faults, look
from tests.domain.spec import days, delivered, imposed
from tests.services.adjudication.desk import opened
from tests.services.evidence.test_evidence_is_handed_in_and_opened import hand_in, submit
from tests.support.stack import Database

__all__ = ["browsing"]

PASSWORD = "correct horse battery"


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


PICTURE = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes([0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0])) + chunk(
    b"IDAT", zlib.compress(b"\x00\x00\xff\x00\xff\x00")
) + chunk(b"IEND", b"")  # fmt: skip
TRAP = b"<html><script>alert('opened')</script></html>"
"""Said to be a picture by the platform that handed it in."""


@pytest.fixture(scope="module")
def office(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A restriction rests on a picture and on something that is none; the hearing is over."""
    folder = tmp_path_factory.mktemp("evidence")
    with opened(module_database, str(folder)) as desk:
        for platform, content in (("tmall", PICTURE), ("pdd", TRAP)):
            submit(desk, platform, content_sha256=sha256(content).hexdigest(), bytes=len(content), media="image/png")
            assert hand_in(desk, content, platform).status_code == 201
        desk.court.hear(imposed("tmall", proof=[sha256(PICTURE).hexdigest()]), imposed("pdd", proof=[sha256(TRAP).hexdigest()]))
        listing = desk.newest("proposed")
        for content in (PICTURE, TRAP):
            desk.get(f"/v1/listings/{listing}/evidence/{sha256(content).hexdigest()}", "rui")
        assert desk.act("release", "rui", listing).status_code == 200
        desk.court.hear(delivered("tmall", f"listing-{listing}"))
        desk.court.now += days(8)
    with module_database.connect() as owner:
        owner.execute(
            "INSERT INTO console_account (login, code, password, created_at) VALUES ('an.shi', 'an', %s, now())",
            (PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD),),
        )
    with consoled(module_database, listing, str(folder), views=False) as console:
        yield console


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """By the Tab key alone; what has the focus shows it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", selector
            return
    raise AssertionError(f"Tab never comes to {selector}")


def log_in(context: BrowserContext, console: Console) -> tuple[Page, list[str]]:
    """With an account, by keyboard."""
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    page.goto(f"{console.address}/login")
    for selector, text in (("#login", "an.shi"), ("#password", PASSWORD), ("#purpose", "办理案件")):
        tab_to(page, selector)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_selector("main#content")
    return page, said


def test_nobody_decides_before_the_evidence_is_opened_and_all_of_it_by_keyboard(office: Console, browsing: BrowserContext) -> None:
    page, said = log_in(browsing, office)
    tab_to(page, "a[href^='/work/hearing']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/work/hearing")
    tab_to(page, f"a[href='/work/listings/{office.listing}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/work/listings/*")
    expect(page.locator("#decide")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("须已查阅所依据")
    for content, inline in ((PICTURE, True), (TRAP, False)):
        digest = sha256(content).hexdigest()
        tab_to(page, f"a[href$='/evidence/{digest}']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/evidence/{digest}")
        assert faults(page) == []
        if inline:
            assert page.evaluate("document.querySelector('img.evidence').naturalWidth") == 2
        else:
            expect(page.locator("img.evidence")).to_have_count(0)
        tab_to(page, f"a[href='/work/listings/{office.listing}']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/work/listings/{office.listing}")
    tab_to(page, "#reason-decide")
    page.keyboard.type("事实清楚，证据已核对")
    tab_to(page, "#decide button")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("已决定")
    assert said == []
    with office.database.connect() as owner:
        rows = owner.execute(
            "SELECT DISTINCT actor, purpose FROM audit WHERE resource LIKE 'listings/%%/evidence/%%' AND actor = 'an'"
        ).fetchall()
        facts = owner.execute(
            "SELECT convert_from(state, 'UTF8')::jsonb ->> 'by' FROM hub_events WHERE topic = 'evidence.opened.v1'"
        ).fetchall()
    assert rows == [("an", "办理案件")]
    assert facts.count(("an",)) == 2


def test_evidence_can_do_nothing_to_who_opens_it(office: Console, browsing: BrowserContext) -> None:
    enter(browsing, office, "bo")
    base = f"{office.address}/work/listings/{office.listing}/evidence"
    for content, kind, how in ((PICTURE, "image/png", "inline"), (TRAP, "application/octet-stream", "attachment")):
        answer = browsing.request.get(f"{base}/{sha256(content).hexdigest()}/content")
        assert answer.body() == content
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"].startswith(how)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert browsing.request.get(f"{base}/{'00' * 32}").status == 404
    assert browsing.request.get(f"{base}/..%2f..%2fetc").status == 404


def test_a_session_speaks_as_the_person_and_not_as_the_console(office: Console, browsing: BrowserContext) -> None:
    """What the hub hears from it, it hears from one person: its two-person rule sees who it is."""
    page, said = log_in(browsing, office)
    page.goto(f"{office.address}/password")
    assert (faults(page), said) == ([], []), "the one page that only a person with an account has"
    with office.database.connect() as owner:
        lent = owner.execute("SELECT code FROM credential WHERE expires_at IS NOT NULL AND revoked_at IS NULL").fetchall()
    assert {code for (code,) in lent} == {"an"}


def test_paper_holds_the_case_and_nothing_of_the_desk(office: Console, browsing: BrowserContext) -> None:
    page, _ = enter(browsing, office, "reg")
    subject = page.request.get(f"{office.address}/changes").text()
    look(page, f"{office.address}/changes")
    page.emulate_media(media="print")
    for hidden in (".menu", ".top", ".filter"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("main h1").is_visible()
    assert "北京时间" in subject


def test_moments_are_beijings_wherever_the_browser_is(office: Console, chromium: Browser) -> None:
    seen = set()
    for zone in ("America/New_York", "Asia/Tokyo"):
        context = chromium.new_context(timezone_id=zone, locale="en-US")
        page, _ = enter(context, office, "an")
        page.goto(f"{office.address}/work/listings/{office.listing}")
        assert "时间均为北京时间（UTC+8）" in page.inner_text("footer")
        seen.add(page.locator("dl.facts").first.inner_text())
        context.close()
    assert len(seen) == 1
