"""What the link of a notice opens, in a real browser with scripts and without, in each state of a case: all may be read and done."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from events.wire.token import notice_key, notice_token
from tests.console.conftest import adjudicated
from tests.console.test_the_pages_in_chromium import faults
from tests.domain.spec import days, declared, delivered, imposed
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

Cases = tuple[str, dict[str, str]]
"""The page's address, and by stage the token that a notice carries."""
STAGES = ("released", "hearing", "objected", "decided", "ended", "rejected")
ACTED = ("acted-by-forms", "acted-by-script")
"""Decided long ago, for the one test that goes on from there."""

CODES = (
    "91350100M000100Y43",
    "913100007109328220",
    "91110000600037341L",
    "91440300708461136T",
    "91310000607337174W",
    "91110108551385082Q",
    "91440300MA5000001K",
    "91440300MA5000002N",
)


@pytest.fixture(scope="module")
def cases(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cases]:
    """A case in every state."""
    folder = str(tmp_path_factory.mktemp("evidence"))
    with opened(module_database, folder) as desk:
        now = datetime.now(UTC)
        desk.court.now = now - days(130)
        made = {stage: _served(desk, stage, "jd") for stage in ACTED}
        desk.court.wait(days(8))
        desk.court.now = now - days(20)
        made |= {"decided": _served(desk, "decided"), "ended": _served(desk, "ended", "jd")}
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
    with adjudicated(module_database, folder) as address:
        yield f"{address}/v1/merchant", tokens


def _released(desk: Desk, stage: str, second: str = "pdd") -> str:
    """A listing whose notice is on its way; one of its sanctions names a report."""
    told = {"account": f"shop-{stage}", "uscc": CODES[(*STAGES, *ACTED).index(stage)]}
    desk.court.hear(*(declared(platform, **told, id=f"declared-{stage}") for platform in ("tmall", second)))
    desk.court.hear(imposed("tmall", **told, sanction=stage, reports=("R-SECRET",)), imposed(second, **told, sanction=stage))
    listing = desk.newest("proposed")
    assert desk.act("release", "rui", listing).status_code == 200
    return listing


def _served(desk: Desk, stage: str, second: str = "pdd") -> str:
    listing = _released(desk, stage, second)
    told = {"account": f"shop-{stage}", "uscc": CODES[(*STAGES, *ACTED).index(stage)], "id": f"delivered-{stage}"}
    desk.court.hear(delivered("tmall", f"listing-{listing}", **told))
    return listing


class Reader(NamedTuple):
    """Somebody with a notice before a browser: its page, what its console said, and every address and referrer that was sent."""

    page: Page
    said: list[str]
    sent: list[str]
    scripts: bool
    looking: Browser

    def open(self, address: str, token: str) -> None:
        """By the link; without scripts by the code of the letter, pasted."""
        self.page.goto(f"{address}#{token}")
        if not self.scripts:
            self.page.fill("#code", f" {token} ")
            self.press("#open button")
        self.sees("#told")

    def sees(self, part: str) -> None:
        """The next page is there, and its style sheet too: a part is visible before it."""
        expect(self.page.locator(part)).to_be_visible()
        self.page.wait_for_load_state()

    def faults(self) -> list[str]:
        """What axe finds. It is a script itself: where none runs, what is shown is put before a browser in which they do."""
        if self.scripts:
            return faults(self.page)
        context = self.looking.new_context()
        try:
            page = context.new_page()
            page.route(self.page.url, lambda route: route.fulfill(body=self.page.content(), content_type="text/html"), times=1)
            page.goto(self.page.url)
            return faults(page)
        finally:
            context.close()

    def press(self, button: str) -> None:
        """By keyboard."""
        self.page.focus(button)
        self.page.keyboard.press("Enter")


@pytest.fixture(params=["with scripts", "without scripts"])
def reader(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Reader]:
    """Time zone and language are not Beijing's."""
    scripts = request.param == "with scripts"
    context = chromium.new_context(java_script_enabled=scripts, timezone_id="America/New_York", locale="en-US")
    page, said, sent = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: sent.extend((asked.url.partition("#")[0], str(asked.headers))))
    yield Reader(page, said, sent, scripts, chromium)
    context.close()


SAID = {
    "released": ("签发告知书", ["提出异议"], "现在不产生任何限制"),
    "hearing": ("听取意见", ["提出异议"], "陈述截止"),
    "objected": ("听取意见", ["提出异议"], "异议待答复"),
    "decided": ("决定列入", ["提出异议", "对决定申诉"], "最后一日"),
    "ended": ("已经结束", [], "撤销"),
    "rejected": ("不予列入", [], "没有因此产生的限制"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_it_says_where_the_case_stands_and_what_may_be_done(cases: Cases, reader: Reader, stage: str) -> None:
    address, tokens = cases
    reader.open(address, tokens[stage])
    page, (where, may, word) = reader.page, SAID[stage]
    expect(page.locator("#progress [aria-current]")).to_contain_text(where)
    assert page.locator("#plea .choice label").all_text_contents() == may
    text = page.inner_text("main")
    assert word in text
    assert page.locator("td[data-label='处置单位']").count() == 2
    assert "R-SECRET" not in page.content(), "nobody who reported is named"
    assert not re.search(r"[0-9a-f]{64}", text), "nor is any evidence"
    assert f"shop-{stage}" in text
    assert (page.locator("#plea").count(), page.locator("#nothing").count()) == ((1, 0) if may else (0, 1))
    assert reader.faults() == []
    reader.press(".language button")
    expect(page.locator("h1")).to_contain_text("your notice")
    assert not re.search(r"[\u4e00-\u9fff]", page.inner_text("main").replace("上海", "")), "nothing is left in Chinese"
    assert reader.said == []
    assert not [one for one in reader.sent if tokens[stage] in one], "no address and no header held the token"


def test_an_objection_with_evidence_an_appeal_a_repair_and_ones_own_file(cases: Cases, reader: Reader) -> None:
    """The whole way; a case each, so that neither reader finds what the other has done."""
    address, tokens = cases
    stage = ACTED[reader.scripts]
    reader.open(address, tokens[stage])
    page = reader.page
    for step, pending in (("object", "异议待答复"), ("appeal", "申诉待裁决"), ("apply-for-repair", "信用修复待办理")):
        page.check(f"#step-{step}")
        page.fill("#reason", "<b>并非本店所为</b>")
        page.set_input_files("#proof", [
            {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + step.encode()},
            {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff " + step.encode()},
        ])  # fmt: skip
        reader.press("#plea button")
        expect(page.locator("#said")).to_contain_text("已收到")
        expect(page.locator("#told")).to_contain_text(pending)
        assert page.input_value("#reason") == ""
    expect(page.locator("#plea")).not_to_contain_text("对决定申诉")
    page.set_input_files("#proof", [{"name": "x.html", "mimeType": "text/html", "buffer": b"<script>"}])
    page.fill("#reason", "还有一件")
    reader.press("#plea button")
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("只接收照片")
    expect(page.locator("#reason")).to_have_value("还有一件")
    assert reader.faults() == []
    reader.press("#to-own button")
    expect(page.locator("#own")).to_contain_text(f"shop-{stage}")
    expect(page.locator("main")).to_contain_text("向各平台发出的指令")
    assert "R-SECRET" not in page.content()
    assert reader.faults() == []
    reader.press("#to-see button")
    expect(page.locator("#told")).to_contain_text("申诉待裁决")
    assert [one for one in reader.said if "status of 415" not in one] == []
    assert not [one for one in reader.sent if tokens[stage] in one]
    assert page.context.cookies() == []


def test_without_the_whole_link_nothing_is_shown(cases: Cases, reader: Reader) -> None:
    address, tokens = cases
    reader.page.goto(f"{address}#{tokens['decided'][:-1]}")
    if not reader.scripts:
        reader.page.fill("#code", tokens["decided"][:-1])
        reader.press("#open button")
    expect(reader.page.get_by_role("alert").locator("visible=true")).to_contain_text("查询码不完整或已失效")
    expect(reader.page.locator("#told")).to_have_count(0)
    assert reader.faults() == []


def test_the_first_page_is_accessible_and_asks_for_the_code(cases: Cases, reader: Reader) -> None:
    for language in ("zh", "en"):
        reader.page.goto(f"{cases[0]}?lang={language}")
        assert reader.page.locator("#code").is_visible()
        assert reader.faults() == []
    assert reader.said == []


def test_a_phone_shows_all_of_it_without_scrolling_sideways(cases: Cases, reader: Reader) -> None:
    address, tokens = cases
    reader.page.set_viewport_size({"width": 320, "height": 640})
    reader.open(address, tokens["decided"])
    for to, there in (("own", "#own"), ("see", "#plainly")):
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= 320
        small = reader.page.evaluate("[...document.querySelectorAll('button:not(.link)')].filter(it => it.offsetHeight < 40).length")
        assert small == 0, "a thumb hits it"
        reader.press(f"#to-{to} button")
        reader.sees(there)


def test_paper_holds_the_notice_and_no_form(cases: Cases, reader: Reader) -> None:
    address, tokens = cases
    reader.open(address, tokens["hearing"])
    reader.page.emulate_media(media="print")
    assert reader.page.locator("#told").is_visible()
    assert not reader.page.locator("#plea").is_visible()
