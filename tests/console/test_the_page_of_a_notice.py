"""The script of a notice's page, no server behind it: the code is sent in the body, and a lost network loses nothing that was written."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from services.adjudication.page.rendering import file
from services.adjudication.page.rendering import page as rendered

ADDRESS = "http://127.0.0.1:9/v1/merchant"
PLEA = """<!doctype html><html lang="zh-CN"><title>x</title><header></header><main>
<p id="offline" tabindex="-1" hidden>没有发送成功</p>
<form id="plea" method="post" action="merchant" enctype="multipart/form-data">
<textarea id="reason" name="reason"></textarea><button>提交</button></form></main>"""
FIRST = rendered("entry", "zh", {"wrong": None, "done": None, "kept": {}, "demo": False}).content


class Hub:
    """Answers as the hub would, and keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.away = False

    def answer(self, route: Route, request: Request) -> None:
        match (request.method, request.url.partition("/v1/")[2]):
            case "GET", "merchant":
                route.fulfill(body=FIRST, content_type="text/html")
            case "GET", "merchant/page.js":
                route.fulfill(body=file("merchant.js", "text/javascript").content, content_type="text/javascript")
            case "GET", "merchant/page.css":
                route.fulfill(body=b"", content_type="text/css")
            case "POST", "merchant" if not self.away:
                self.told.append((request.url, request.post_data or ""))
                route.fulfill(body=PLEA, content_type="text/html")
            case _:
                route.abort()


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def page(chromium: Browser, hub: Hub) -> Iterator[Page]:
    opened = chromium.new_page()
    opened.route("**/*", hub.answer)
    opened.goto(f"{ADDRESS}#lcn_token")
    opened.wait_for_selector("#plea")
    yield opened
    opened.close()


def test_the_code_is_sent_in_the_body_and_the_address_stays(page: Page, hub: Hub) -> None:
    ((address, body),) = hub.told
    assert "lcn_" not in address
    assert 'name="code"\r\n\r\nlcn_token' in body
    assert page.url == f"{ADDRESS}#lcn_token", "so that it can be kept and opened again"


def test_a_lost_network_is_said_and_what_was_written_stays(page: Page, hub: Hub) -> None:
    page.fill("#reason", "写了很久")
    hub.away = True
    page.click("#plea button")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#reason")).to_have_value("写了很久")
    hub.away = False
    page.click("#plea button")
    expect(page.locator("#offline")).to_be_hidden()
    assert "写了很久" in hub.told[-1][1]
