"""In a real browser, for each role and in both languages: axe finds nothing, nothing breaks the policy, and work is done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from tests.console.conftest import Console
from tests.services.regulator.dossiers import BLACKLISTED, FREED, LISTED

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
READ = ["/overview", "/", "/?q=云帆美妆", "/changes", f"/subjects/{LISTED}", f"/subjects/{BLACKLISTED}", f"/subjects/{FREED}"]
WORK = {
    "rui": ["proposed", "undelivered", "hearing", "objected", "candidates"],
    "an": ["proposed", "hearing", "objected", "repair_open", "appeal_open", "held"],
    "pan": ["proposed", "hearing", "objected", "appeal_open", "held"],
}
PAGES = (
    [("reg", path) for path in [*READ, "/exports"]]
    + [("aud", "/audit")]
    + [(who, f"/work/{queue}") for who, queues in WORK.items() for queue in queues]
)


@pytest.fixture
def browsing(chromium: Browser) -> Iterator[BrowserContext]:
    """Time zone and language are not Beijing's: what the pages say must not follow them."""
    context = chromium.new_context(timezone_id="America/New_York", locale="en-US", accept_downloads=True)
    yield context
    context.close()


def enter(context: BrowserContext, console: Console, who: str) -> tuple[Page, list[str]]:
    """A page of somebody who is logged in, and whatever its console says."""
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    page.goto(f"{console.address}/login?by=key")
    page.fill("#key", f"lc_{who}_key-{who}_secret")
    page.fill("#purpose", "专项检查")
    page.keyboard.press("Enter")
    page.wait_for_selector("main#content")
    return page, said


def faults(page: Page) -> list[str]:
    """What axe finds. The watermark is left out: what it says stands at the page's foot in full ink.

    Axe comes in as the debugger's script, which the page's policy does not hold back.
    """
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run({exclude: ['.watermark']}, {runOnly: tags})", TAGS)
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


def look(page: Page, address: str) -> Response:
    """The page, and for a dossier what it is opened for first."""
    answer = page.goto(address)
    if page.locator("form[action*='/purpose']").count():
        assert faults(page) == []
        page.click("form[action*='/purpose'] button")
        answer = page.goto(address)
    assert answer is not None
    return answer


def everywhere(console: Console, who: str, path: str) -> list[str]:
    joined = "&" if "?" in path else "?"
    return [f"{console.address}{path}", f"{console.address}{path}{joined}lang=en"]


@pytest.mark.parametrize("who", ["pan", *(pytest.param(who, marks=pytest.mark.slow) for who in ("reg", "rui", "an", "aud"))])
def test_every_page_of_a_role_is_accessible_and_keeps_its_policy(console: Console, browsing: BrowserContext, who: str) -> None:
    page, said = enter(browsing, console, who)
    wrong = []
    own = [path for role, path in PAGES if role == who]
    for path in own + ([f"/work/listings/{console.listing}"] if who in WORK else []):
        for address in everywhere(console, who, path):
            assert look(page, address).status == 200, address
            wrong += [f"{address}: {fault}" for fault in faults(page)]
    assert (wrong, said) == ([], [])


@pytest.mark.parametrize("path", ["/login", "/login?by=key", "/login?lang=en", "/login?by=key&lang=en"])
def test_what_a_stranger_sees_is_accessible(console: Console, browsing: BrowserContext, path: str) -> None:
    page = browsing.new_page()
    page.goto(f"{console.address}{path}")
    assert faults(page) == []


def test_a_chart_is_drawn_from_its_table(console: Console, browsing: BrowserContext) -> None:
    page, said = enter(browsing, console, "reg")
    page.goto(f"{console.address}/overview")
    assert page.locator(".chart canvas").count() == 3
    assert said == []


def test_nothing_is_cut_off_on_paper(console: Console, browsing: BrowserContext) -> None:
    """A sheet cannot be scrolled: tables fold, and charts are as wide as it is."""
    page, said = enter(browsing, console, "reg")
    page.set_viewport_size({"width": 760, "height": 1075})
    for path in ("/overview", "/", "/changes", f"/subjects/{BLACKLISTED}"):
        for address in everywhere(console, "reg", path):
            page.emulate_media(media="screen")
            look(page, address)
            page.emulate_media(media="print")
            page.wait_for_function("[...document.querySelectorAll('.uplot')].every((plot) => plot.offsetWidth <= 760)")
            assert page.evaluate("document.documentElement.scrollWidth") <= 760, address
            assert page.evaluate("[...document.querySelectorAll('.wide')].every((it) => it.scrollWidth <= it.clientWidth + 1)"), address
    assert said == []


def test_without_scripts_the_tables_say_the_same(console: Console, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, timezone_id="America/New_York", locale="en-US")
    page, _ = enter(context, console, "reg")
    page.goto(f"{console.address}/overview")
    page.click("summary")
    assert page.locator("#days tbody tr").count() >= 30
    heights = page.evaluate("[...document.querySelectorAll('.chart')].map((it) => it.parentElement.offsetHeight)")
    assert heights == [0, 0, 0], "no frame stands empty"
    context.close()


def test_two_approvers_decide_and_a_person_is_never_offered_what_would_be_refused(console: Console, chromium: Browser) -> None:
    """And all of it where no script runs."""
    address = f"{console.address}/work/listings/{console.listing}"
    page, _ = enter(chromium.new_context(java_script_enabled=False), console, "rui")
    page.goto(address)
    assert page.locator("#decide").count() == 0, "a reviewer decides nothing"
    first, _ = enter(chromium.new_context(java_script_enabled=False), console, "an")
    first.goto(address)
    stale, _ = enter(chromium.new_context(java_script_enabled=False), console, "bo")
    stale.goto(address)
    first.fill("#reason-decide", "<b>事实清楚</b>")
    first.click("#decide button")
    expect(first.locator("#decide")).to_have_count(0)  # the same person is not offered the second approval
    stale.fill("#reason-decide", "证据充分")
    stale.click("#decide button")
    expect(stale.get_by_role("alert")).to_contain_text("案件已被他人更新")
    expect(stale.locator("#reason-decide")).to_have_value("证据充分")
    stale.click("#decide button")
    expect(stale.locator("h1")).to_contain_text("已决定")


def test_a_form_without_the_sessions_token_changes_nothing(console: Console, browsing: BrowserContext) -> None:
    enter(browsing, console, "an")
    answer = browsing.request.post(
        f"{console.address}/work/listings/{console.listing}/end", form={"reason": "x", "why": "revoked", "token": "guessed", "key": "k"}
    )
    assert answer.status == 403


def test_a_role_is_shown_its_own_queues_only(console: Console, browsing: BrowserContext) -> None:
    page, _ = enter(browsing, console, "pan")
    assert page.locator("nav.menu").inner_text().count("账户归属") == 0
    assert page.goto(f"{console.address}/work/candidates").status == 403  # type: ignore[union-attr]
    assert page.goto(f"{console.address}/exports").status == 403  # type: ignore[union-attr]
    assert faults(page) == [], "what is said then is for everybody too"


def test_all_by_keyboard(console: Console, browsing: BrowserContext) -> None:
    page, _ = enter(browsing, console, "reg")
    page.goto(f"{console.address}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.focus("input[name=q]")
    page.keyboard.type("云帆美装")
    page.keyboard.press("Enter")
    expect(page.locator("tbody")).to_contain_text("云帆美妆有限公司")
    expect(page.locator(".above")).to_contain_text("名称不能认定主体")
