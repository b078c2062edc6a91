"""What the link of a notice opens, in a real browser, in each state of a case: plain words, what may be done, and nobody who reported."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from events.wire.token import notice_key, notice_token
from tests.console.conftest import adjudicated
from tests.console.test_the_pages_in_chromium import browsing, faults
from tests.domain.spec import days, declared, delivered, imposed
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

__all__ = ["browsing"]

Cases = tuple[str, dict[str, str]]
"""The page's address, and by stage the token that a notice carries."""
STAGES = ("released", "hearing", "objected", "decided", "ended", "rejected")
ACTED = "acted"
"""Decided too, for the one test that goes on from there."""


CODES = (
    "91350100M000100Y43",
    "913100007109328220",
    "91110000600037341L",
    "91440300708461136T",
    "91310000607337174W",
    "91110108551385082Q",
    "91440300MA5000001K",
)


@pytest.fixture(scope="module")
def cases(module_database: Database) -> Iterator[Cases]:
    """A case in every state."""
    with opened(module_database) as desk:
        now = datetime.now(UTC)
        desk.court.now = now - days(20)
        made = {"decided": _served(desk, "decided"), "ended": _served(desk, "ended", "jd"), ACTED: _served(desk, ACTED)}
        desk.court.wait(days(8))
        desk.court.now = now - days(1)
        made |= {stage: _served(desk, stage) for stage in ("hearing", "objected", "rejected")} | {"released": _released(desk, "released")}
        tokens = {
            stage: notice_token(notice_key(HUB_KEY), f"listing-{listing}", "tmall", f"shop-{stage}") for stage, listing in made.items()
        }
        headers = {"Authorization": f"Bearer {tokens['objected']}", "Idempotency-Key": "objected"}
        assert desk.client.post("/v1/merchant/objections", json={"reason": "并非本店所为"}, headers=headers).status_code == 200
        for person in ("bo", "an"):
            assert desk.act("end", person, made["ended"], why="revoked").status_code == 200
        assert desk.act("reject", "an", made["rejected"]).status_code == 200
    with adjudicated(module_database) as address:
        yield f"{address}/v1/merchant", tokens


def _released(desk: Desk, stage: str, second: str = "pdd") -> str:
    """A listing whose notice is on its way; one of its sanctions names a report."""
    told = {"account": f"shop-{stage}", "uscc": CODES[(*STAGES, ACTED).index(stage)]}
    desk.court.hear(*(declared(platform, **told, id=f"declared-{stage}") for platform in ("tmall", second)))
    desk.court.hear(imposed("tmall", **told, sanction=stage, reports=("R-SECRET",)), imposed(second, **told, sanction=stage))
    listing = desk.newest("proposed")
    assert desk.act("release", "rui", listing).status_code == 200
    return listing


def _served(desk: Desk, stage: str, second: str = "pdd") -> str:
    listing = _released(desk, stage, second)
    told = {"account": f"shop-{stage}", "uscc": CODES[(*STAGES, ACTED).index(stage)], "id": f"delivered-{stage}"}
    desk.court.hear(delivered("tmall", f"listing-{listing}", **told))
    return listing


def see(context: BrowserContext, address: str, token: str) -> tuple[Page, list[str]]:
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}#{token}")
    expect(page.locator("#case")).to_be_visible()
    return page, said


SAID = {
    "released": ("告知书签发", ["提出异议"], "冻结"),
    "hearing": ("听取意见", ["提出异议"], "陈述截止"),
    "objected": ("听取意见", ["提出异议"], "异议待答复"),
    "decided": ("决定列入", ["提出异议", "对决定申诉"], "最后一日"),
    "ended": ("结束", [], "撤销"),
    "rejected": ("不予列入", [], "结果"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_it_says_where_the_case_stands_and_what_may_be_done(cases: Cases, browsing: BrowserContext, stage: str) -> None:
    address, tokens = cases
    page, said = see(browsing, address, tokens[stage])
    where, may, word = SAID[stage]
    expect(page.locator("#progress [aria-current]")).to_contain_text(where)
    assert [one.split(" · ")[0] for one in page.locator("#step option").all_text_contents()] == may
    text = page.inner_text("main")
    assert word in text
    assert page.locator("#facts tr").count() == 2
    assert "R-SECRET" not in page.content(), "nobody who reported is named"
    assert not re.search(r"[0-9a-f]{64}", text), "nor is any evidence"
    assert f"shop-{stage}" in text
    assert page.locator("#plea").is_visible() == bool(may)
    assert faults(page) == []
    assert said == []


def test_an_objection_an_appeal_and_ones_own_file(cases: Cases, browsing: BrowserContext) -> None:
    address, tokens = cases
    page, said = see(browsing, address, tokens[ACTED])
    for step, pending in (("objections", "异议待答复"), ("appeals", "申诉待裁决")):
        page.select_option("#step", step)
        page.fill("#reason", "<b>并非本店所为</b>")
        page.focus("#plea button")
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_contain_text(pending)
        expect(page.locator("#state")).to_contain_text("已收到")
    expect(page.locator("#step")).not_to_contain_text("对决定申诉")
    page.click("#file")
    expect(page.locator("#own")).to_contain_text("shop-acted")
    assert "R-SECRET" not in page.content()
    assert faults(page) == []
    assert said == []


def test_without_the_whole_link_nothing_is_shown(cases: Cases, browsing: BrowserContext) -> None:
    address, tokens = cases
    for token in ("", tokens["decided"][:-1]):
        page = browsing.new_page()
        page.goto(f"{address}#{token}")
        expect(page.locator("#state.wrong")).not_to_be_empty()
        expect(page.locator("#case")).to_be_hidden()


def test_paper_holds_the_notice_and_no_form(cases: Cases, browsing: BrowserContext) -> None:
    address, tokens = cases
    page, _ = see(browsing, address, tokens["hearing"])
    page.emulate_media(media="print")
    assert page.locator("#told").is_visible()
    assert not page.locator("#plea").is_visible()
