"""The page of a notice in Chromium, without a server behind it: files are handed in under their hash, and named in what is asked for."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route

from services.adjudication import page as files

ADDRESS = "http://127.0.0.1:9/v1/merchant"
LETTER, PHOTO = b"%PDF-1.7 a letter", b"\xff\xd8\xff a photo"
NOTICE = {
    "notice": "listing-x", "account": "shop-1", "platform": "tmall", "tier": "restricted",
    "listing": {
        "tier": "restricted", "state": "decided", "rule": "two-platforms-severe", "rulebook": "2026.1", "facts": [], "may": ["appeal"],
        "contested": True, "answer_by": "2026-03-17T16:00:00Z",
    },
}  # fmt: skip


class Hub:
    """Answers as the hub would, and keeps what it was told."""

    def __init__(self) -> None:
        self.handed_in: list[tuple[str, str, bytes]] = []
        self.asked: list[dict[str, Any]] = []
        self.refuses = False

    def answer(self, route: Route, request: Request) -> None:
        path = request.url.split("/v1/")[1]
        if not path.startswith("merchant/page") and path != "merchant":
            assert request.headers["authorization"] == "Bearer lcn_token"
        match (request.method, path.split("/")):
            case "GET", ["merchant"]:
                route.fulfill(body=files.read("merchant.html"), content_type="text/html")
            case "GET", ["merchant", "page.js"]:
                route.fulfill(body=files.read("merchant.js"), content_type="text/javascript")
            case "GET", ["merchant", "page.css"]:
                route.fulfill(body=files.read("merchant.css"), content_type="text/css")
            case "GET", ["merchant", "notice"]:
                route.fulfill(json=NOTICE)
            case "PUT", ["merchant", "evidence", digest] if not self.refuses:
                self.handed_in.append((digest, request.headers["content-type"], request.post_data_buffer or b""))
                route.fulfill(status=201, json={})
            case "PUT", _:
                route.fulfill(status=409, json={"title": "As much evidence as is taken", "title_zh": "证据数量已满"})
            case "POST", ["merchant", "appeals"]:
                self.asked.append(json.loads(request.post_data or ""))
                route.fulfill(json={"listing_id": "x"})


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def page(chromium: Browser, hub: Hub) -> Iterator[Page]:
    opened = chromium.new_page()
    opened.route("**/*", hub.answer)
    opened.goto(f"{ADDRESS}#lcn_token")
    opened.wait_for_selector("#plea:not([hidden])")
    yield opened
    opened.close()


def attach(page: Page) -> None:
    page.set_input_files("#proof", [
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": LETTER},
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": PHOTO},
    ])  # fmt: skip
    page.fill("#reason", "并非本店所为")
    page.click("#plea button")


def test_files_are_handed_in_and_named(page: Page, hub: Hub) -> None:
    attach(page)
    page.wait_for_function("document.getElementById('state').textContent.includes('已收到')")
    digests = [sha256(content).hexdigest() for content in (LETTER, PHOTO)]
    assert hub.handed_in == [(digests[0], "application/pdf", LETTER), (digests[1], "image/jpeg", PHOTO)]
    assert hub.asked == [{"reason": "并非本店所为", "evidence": digests}]
    assert page.input_value("#proof") == page.input_value("#reason") == ""


def test_what_is_refused_is_said_and_nothing_is_asked(page: Page, hub: Hub) -> None:
    hub.refuses = True
    attach(page)
    page.wait_for_function("document.getElementById('state').textContent.includes('证据数量已满')")
    assert hub.asked == []
    assert page.input_value("#reason") == "并非本店所为"


def test_the_day_of_the_answer_is_shown(page: Page) -> None:
    assert "2026-03-18 00:00" in page.inner_text("#told"), "in Beijing time"
