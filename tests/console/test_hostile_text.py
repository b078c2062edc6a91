"""Text that means harm stands in every field of every page: it is read as text, deceives nobody's eyes, and breaks no page."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import quote
from xml.etree import ElementTree

import msgspec
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from events.wire.token import notice_key, notice_token
from projections.blacklist.table import VIEW as BLACKLIST
from projections.casefile.table import VIEW as CASEFILE
from projections.coverage.table import VIEW as COVERAGE
from projections.credit.table import VIEW as CREDIT
from tests.console.conftest import Console, consoled
from tests.console.hostile import DECEIVING, FORMULA, HOSTILE, LONG, MARKUP, NAMED, TURNED, dossiers
from tests.console.test_the_pages_in_chromium import browsing, enter, look
from tests.domain.spec import days, declared, delivered, imposed
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import opened
from tests.support.stack import Database

__all__ = ["browsing"]

WORDS = FORMULA + MARKUP + LONG[:1900]
"""As much of it as adjudication takes in: what members say is looked at before it is stored."""
Q = quote(HOSTILE[:150])


@pytest.fixture(scope="module")
def planted(module_database: Database) -> Iterator[Console]:
    """In the views, and in adjudication's own rows; its reasons are in the vault and on no page."""
    with opened(module_database) as desk:
        desk.court.hear(
            imposed("tmall", account=WORDS, sanction=WORDS, rule=WORDS), imposed("pdd", account=WORDS, sanction=WORDS, rule=WORDS)
        )
        desk.court.hear(declared("tmall", account=WORDS, name=WORDS), declared("jd", account=WORDS))
        desk.court.hear(declared("jd", account=WORDS, uscc="913100007109328220", id="another"))
        listing = desk.newest("proposed")
        desk.act("release", "rui", listing, reason=WORDS)
        desk.court.hear(delivered("tmall", f"listing-{listing}", account=WORDS))
        desk.court.wait(days(8))
    with module_database.connect() as owner:
        # Ahead of whatever the tests themselves read: the first page holds it in every order.
        ahead = "INSERT INTO audit (at, actor, purpose, resource) VALUES (now() + interval '1 hour', %s, %s, %s)"
        owner.execute(ahead, (HOSTILE, HOSTILE, HOSTILE))
    with consoled(module_database, listing) as console:
        with module_database.connect("projections") as conn:
            for view in (BLACKLIST, CASEFILE, COVERAGE, CREDIT):
                with conn.transaction():
                    view.apply(conn, f"{view.name}_1", list(dossiers(after=100_000)))
        yield console


PAGES = {
    "reg": [
        "/overview", "/", f"/?q={Q}", f"/?tier={Q}", f"/?category={Q}", f"/?as_of={Q}", f"/?cursor={Q}", "/?tier=restricted&category=fraud",
        "/?as_of=2026-11-19T00:00", "/changes", "/changes?net=1&from=2026-10-01T00:00", f"/changes?from={Q}", f"/changes?cursor={Q}",
        f"/subjects/{NAMED}", "/exports", f"/login?by={Q}",
    ],
    "rui": ["/work/proposed", "/work/hearing", "/work/candidates", f"/work/hearing?cursor={Q}", "/work/listings/{listing}"],
    "an": ["/work/hearing", "/work/listings/{listing}"],
    "aud": ["/audit", f"/audit?actor={Q}&subject={Q}&from={Q}"],
}  # fmt: skip


def harm(page: Page) -> list[str]:
    """What the text has done to the page."""
    done = []
    html, shown = page.content(), page.inner_text("body")
    if page.locator("img[src=x], [onerror], script:not([src])").count():
        done.append("it became markup")
    done += [f"U+{ord(one):04X} is shown" for one in DECEIVING if one in html or one in shown]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 1:
        done.append(f"the page is {wide} pixels too wide")
    return done


@pytest.mark.parametrize("who", PAGES)
def test_it_is_text_on_every_page_in_both_languages(planted: Console, browsing: BrowserContext, who: str) -> None:
    page, said = enter(browsing, planted, who)
    page.set_viewport_size({"width": 1280, "height": 800})
    wrong = []
    for path in PAGES[who]:
        for language in ("zh", "en"):
            address = f"{planted.address}{path.format(listing=planted.listing)}{'&' if '?' in path else '?'}lang={language}"
            look(page, address)
            wrong += [f"{address[:80]}: {what}" for what in harm(page)]
    assert wrong == []
    assert [one for one in said if "status of 4" not in one] == []


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_text_on_the_merchants_page_and_what_he_writes_is_too(planted: Console, chromium: Browser, scripts: bool) -> None:
    token = notice_token(notice_key(HUB_KEY), f"listing-{planted.listing}", "tmall", WORDS)
    context = chromium.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 740})
    page, wrong = context.new_page(), []
    page.goto(f"{planted.adjudication}/v1/merchant")
    page.fill("#code", token)
    page.click("#open button")
    expect(page.locator("#told")).to_contain_text("<script>alert(1)</script>")
    wrong += harm(page)
    page.fill("#reason", HOSTILE[:2000])
    page.evaluate("document.getElementById('step-object').value = 'release'")
    page.click("#plea button")
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("不允许此事项")
    assert "<script>alert(1)</script>" in page.input_value("#reason"), "it is kept as it was written"
    wrong += [what for what in harm(page) if "is shown" not in what]
    page.click("#to-own button")
    expect(page.locator("#own")).to_be_visible()
    assert [*wrong, *harm(page)] == []
    context.close()


def test_it_was_there(planted: Console, browsing: BrowserContext) -> None:
    """So that the test above does not look at empty pages."""
    for who, path, least in (("reg", "/", 2), ("reg", f"/subjects/{NAMED}", 20), ("rui", "/work/candidates", 1), ("aud", "/audit", 3)):
        page, _ = enter(browsing, planted, who)
        look(page, planted.address + path)
        assert page.inner_text("main").count("<script>alert(1)</script>") >= least, path
        browsing.clear_cookies()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "parquet"])
def test_copies_hold_it_as_text(planted: Console, browsing: BrowserContext, kind: str) -> None:
    page, _ = enter(browsing, planted, "reg")
    token = page.locator("input[name=token]").first.get_attribute("value")
    answer = browsing.request.post(f"{planted.address}/exports", form={"format": kind, "token": token or ""})
    assert answer.status == 200
    with zipfile.ZipFile(io.BytesIO(answer.body())) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(kind))
        content = archive.read(name)
    if kind == "csv":
        cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    elif kind == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert [one.tag for one in sheet.iter() if one.tag.endswith("}f")] == [], "nothing is calculated"
        cells = [one.text or "" for one in sheet.iter() if one.tag.endswith("}t")]
    elif kind == "parquet":
        cells = [str(value) for row in pq.read_table(io.BytesIO(content)).to_pylist() for value in row.values()]
    else:
        cells = [value for line in content.splitlines() for value in msgspec.json.decode(line, type=dict[str, str]).values()]
    assert any(MARKUP + (TURNED if kind in ("jsonl", "parquet") else "") in cell for cell in cells), "machines are told what was said"
    if kind in ("csv", "xlsx"):
        assert not re.search("[" + "".join(DECEIVING) + "]", "".join(cells))
