"""In a real browser, in both languages: every panel is drawn, axe finds nothing, nothing breaks the policy."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.grafana.panels import ROWS

pytestmark = pytest.mark.servers

AXE = Path(__file__).parents[2] / "console" / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
PANELS = sum(len(row.panels) for row in ROWS)


def opened(chromium: Browser, address: str) -> tuple[Page, list[str]]:
    """The page with its curves, and what its console says. Time zone and language are not Beijing's."""
    view, said = chromium.new_context(timezone_id="America/New_York", locale="en-US").new_page(), list[str]()
    view.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    view.on("pageerror", lambda error: said.append(str(error)))
    view.goto(address)
    expect(view.locator("#updated")).not_to_have_text("—", timeout=60_000)
    return view, said


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_every_panel_is_drawn_and_accessible(page: str, chromium: Browser, query: str) -> None:
    view, said = opened(chromium, f"{page}/ops{query}")
    expect(view.locator("article canvas")).to_have_count(PANELS)
    expect(view.locator("#alerts table").first).to_contain_text("ProcessDown")
    view.locator("summary").click()
    view.evaluate(AXE.read_text())
    found = view.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    assert [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]] == []
    assert said == []


def test_alerts_are_renewed_in_their_place_and_stay_unfolded(page: str, chromium: Browser) -> None:
    view, said = opened(chromium, f"{page}/ops?lang=en")
    view.locator("summary").click()
    told = view.request.get(f"{page}/ops/alerts?lang=en").text()
    view.route(
        "**/ops/alerts?lang=en", lambda route: route.fulfill(body=told.replace("The process gone", "Nobody"), content_type="text/html")
    )
    view.evaluate("renew()")
    expect(view.locator("#alerts")).to_contain_text("Nobody does not answer")
    expect(view.locator("#alerts details")).to_have_attribute("open", "")
    assert said == []


def test_a_runbook_is_read_in_the_browser(page: str, chromium: Browser) -> None:
    view, said = opened(chromium, f"{page}/ops?lang=en")
    view.get_by_role("link", name="process-down").first.click()
    expect(view.get_by_role("heading", name="What to do")).to_be_visible()
    view.evaluate(AXE.read_text())
    found = view.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    assert [one["id"] for one in found["violations"]] == []
    view.get_by_role("link", name="Back to the page").click()
    expect(view.locator("#alerts-title")).to_be_visible()
    assert said == []


def test_a_value_stands_beside_its_name(page: str, chromium: Browser) -> None:
    view, _ = opened(chromium, f"{page}/ops?lang=en")
    memory = view.locator("article", has_text="Resident memory").locator("tr")
    expect(memory).to_have_count(1)
    expect(memory).to_contain_text("MiB")


def test_a_source_that_goes_away_is_said_and_the_curves_stay(page: str, chromium: Browser) -> None:
    view, _ = opened(chromium, f"{page}/ops")
    expect(view.locator("#away")).to_be_hidden()
    view.route("**/ops/curves", lambda route: route.fulfill(status=503, body="{}"))
    view.evaluate("renew()")
    expect(view.locator("#away")).to_be_visible()
    assert view.locator("article canvas").count() == PANELS
