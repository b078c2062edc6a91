"""What a regulator sees in a browser: nothing before logging in, everything escaped, nothing that a script could hold on to."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from services.regulator.console.entry.session import COOKIE
from tests.services.regulator.conftest import HOST, PURPOSE, REGULATOR, Office
from tests.services.regulator.dossiers import BLACKLISTED, FREED, HOSTILE, LISTED, TRADER

PAGES = ["/", "/changes", f"/subjects/{LISTED}"]
EVERY_PAGE = [*PAGES, "/overview", "/exports", "/?q=%E4%BA%91%E5%B8%86"]


class Page(HTMLParser):
    """What a browser makes of a page: elements with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def log_in(office: Office, key: str = REGULATOR, purpose: str = PURPOSE, **headers: str) -> httpx.Response:
    return office.client.post("/login", data={"key": key, "purpose": purpose}, headers=headers, follow_redirects=False)


def ask(office: Office, subject: object, purpose: str = PURPOSE) -> httpx.Response:
    """Say what a dossier is opened for."""
    token = re.findall(r'name="token" value="([^"]+)"', office.client.get(f"/subjects/{subject}").text)[-1]
    return office.client.post(f"/subjects/{subject}/purpose", data={"purpose": purpose, "token": token}, follow_redirects=False)


@pytest.fixture
def desk(office: Office) -> Iterator[Office]:
    """Somebody is logged in, and has said for what the dossiers are opened."""
    assert log_in(office).status_code == 303
    for subject in (LISTED, FREED, BLACKLISTED, TRADER):
        assert ask(office, subject).status_code == 303
    yield office
    office.client.cookies.clear()


def look(office: Office, path: str, **params: str) -> Page:
    answer = office.client.get(path, params=params, follow_redirects=False)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_stranger_is_sent_to_log_in(office: Office, path: str) -> None:
    answer = office.client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert office.audited() == []


def test_logging_in_opens_the_list(office: Office) -> None:
    answer = log_in(office)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert REGULATOR not in cookie
    assert "平台联合惩戒名单" in look(office, "/").text


@pytest.mark.parametrize("key", ["lc_samr_a1_wrong", "lc_tmall_a2_secret", "", "x_y", "密钥"])
def test_only_a_regulators_or_an_officers_key_opens_it(office: Office, key: str) -> None:
    answer = log_in(office, key=key)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "账号、密码或密钥无效" in answer.text


@pytest.mark.parametrize("purpose", ["", "   ", "x" * 201, "two\nlines"])
def test_a_purpose_has_to_be_given(office: Office, purpose: str) -> None:
    answer = log_in(office, purpose=purpose)
    assert answer.status_code == 422
    assert "请填写查阅用途" in answer.text


def test_a_form_that_another_site_sends_is_refused(office: Office) -> None:
    assert log_in(office, origin="https://elsewhere.example").status_code == 403
    assert log_in(office, origin=HOST).status_code == 303


def test_guessing_keys_is_slowed_down(office: Office) -> None:
    statuses = [log_in(office, key="lc_samr_a1_guess").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_a_session_that_a_browser_brings_along_is_not_taken_up(office: Office) -> None:
    office.client.cookies.set(COOKIE, "chosen-by-somebody-else")
    answer = log_in(office)
    assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]
    office.client.cookies.clear()
    office.client.cookies.set(COOKIE, "chosen-by-somebody-else")
    assert office.client.get("/", follow_redirects=False).status_code == 303


def test_logging_out_ends_the_session(desk: Office) -> None:
    name = desk.client.cookies[COOKIE]
    token = re.findall(r'name="token" value="([^"]+)"', desk.client.get("/").text)[0]
    assert desk.client.post("/logout", data={"token": "x" * 43}, follow_redirects=False).status_code == 403
    assert desk.client.post("/logout", data={}, follow_redirects=False).status_code == 403
    answer = desk.client.post("/logout", data={"token": token}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    desk.client.cookies.set(COOKIE, name)
    assert desk.client.get("/", follow_redirects=False).status_code == 303


def test_a_revoked_key_ends_the_session(desk: Office) -> None:
    with desk.key_revoked():
        assert desk.client.get("/", follow_redirects=False).headers["location"] == "/login"


def test_the_list_is_filtered_by_its_form(desk: Office) -> None:
    text = look(desk, "/", tier="blacklisted", category="", as_of="").text
    assert "共 1 条" in text
    assert str(BLACKLISTED) in text
    assert str(LISTED) not in text
    assert str(FREED) in look(desk, "/", as_of="2026-11-10T00:00").text


def test_the_form_keeps_what_was_chosen(desk: Office) -> None:
    chosen = look(desk, "/", tier="restricted", category="fraud", as_of="2026-11-10T00:00")
    assert [option["value"] for option in chosen.attributes("option") if "selected" in option] == ["restricted", "fraud"]
    assert "2026-11-10T00:00" in [field.get("value") for field in chosen.attributes("input")]


def test_nobody_found_is_said(desk: Office) -> None:
    text = look(desk, "/", category="privacy").text
    assert "共 0 条" in text
    assert "没有符合条件的主体" in text


@pytest.mark.parametrize("params", [{"tier": "watch"}, {"category": "poetry"}, {"as_of": "soon"}, {"as_of": "2027-01-01T00:00"}])
def test_a_wrong_filter_is_said_and_reads_nothing(desk: Office, params: dict[str, str]) -> None:
    answer = desk.client.get("/", params=params)
    assert answer.status_code == 422
    assert any(one.get("role") == "alert" for one in Page(answer.text).attributes("p"))
    assert desk.audited() == []


def test_tiers_are_said_in_words_as_well_as_in_colour(desk: Office) -> None:
    page = look(desk, "/")
    assert {"tag tier-restricted", "tag tier-blacklisted"} <= {span.get("class") for span in page.attributes("span")}
    assert "黑名单" in page.text
    assert "限制" in page.text


def test_changes_show_before_and_after(desk: Office) -> None:
    text = re.sub(r"\s+", " ", look(desk, "/changes").text)
    assert "本页 5 条" in text
    assert re.search(r"移出 海棠百货有限公司\S{36} \S{18} 限制 未列入 —", text)


def test_a_wrong_span_is_said(desk: Office) -> None:
    assert desk.client.get("/changes", params={"from": "soon"}).status_code == 422
    assert "该时段内名单没有变更" in look(desk, "/changes", to="2026-10-01T00:00").text


def test_a_dossier_asks_what_it_is_opened_for_before_anything_is_read(office: Office) -> None:
    log_in(office)
    page = look(office, f"/subjects/{FREED}")
    assert "查阅用途" in page.text
    assert "海棠百货" not in page.text
    assert office.audited() == []
    for purpose in ("", "   ", "x" * 201):
        answer = ask(office, FREED, purpose)
        assert (answer.status_code, "请填写查阅用途" in answer.text) == (422, True)
    assert ask(office, FREED, "复核举报线索").status_code == 303
    assert "海棠百货" in look(office, f"/subjects/{FREED}").text
    assert office.audited() == [("samr", "复核举报线索", f"subjects/{FREED}")]
    assert "海棠百货" not in look(office, f"/subjects/{LISTED}").text, "each dossier has its own"
    other = office.client.post(f"/subjects/{LISTED}/purpose", data={"purpose": "x", "token": "guessed"}, follow_redirects=False)
    assert other.status_code == 403


def test_whoever_logs_in_again_is_asked_again(desk: Office) -> None:
    desk.client.cookies.clear()
    log_in(desk)
    assert "海棠百货" not in look(desk, f"/subjects/{FREED}").text


def test_a_search_goes_as_of_a_past_moment_too(desk: Office) -> None:
    for sought in ("海棠百货", f"tmall/shop-{FREED.hex[:6]}"):
        assert "共 0 条" in look(desk, "/", q=sought, tier="restricted").text, "it is free now"
        then = look(desk, "/", q=sought, as_of="2026-11-10T00:00", tier="restricted").text
        assert ("共 1 条" in then, str(FREED) in then) == (True, True), sought
        assert "共 0 条" in look(desk, "/", q=sought, as_of="2026-11-01T00:00", tier="restricted").text, "nothing was known of it yet"


def test_a_name_that_half_of_all_have_finds_nobody_and_says_why(desk: Office) -> None:
    assert "名称过短或过于常见" in look(desk, "/", q="有限公司").text


def test_the_net_difference_leaves_out_who_came_back(desk: Office) -> None:
    whole = look(desk, "/changes", **{"from": "2026-11-01T00:00", "to": "2026-11-16T00:00"}).text
    assert str(FREED) in whole
    net = look(desk, "/changes", **{"from": "2026-11-01T00:00", "to": "2026-11-16T00:00", "net": "1"}).text
    assert str(FREED) not in net
    assert "本页 3 条" in re.sub(r"\s+", " ", net)
    removed = re.sub(r"\s+", " ", look(desk, "/changes", **{"from": "2026-11-10T00:00", "to": "2026-11-16T00:00", "net": "1"}).text)
    assert re.search(r"移出 海棠百货有限公司", removed)


def test_a_past_day_says_whose_number_it_is(desk: Office) -> None:
    assert "当日末共 3 条" in look(desk, "/", as_of="2026-11-10T00:00").text


def test_the_overview_counts_by_tier_and_category_over_time(desk: Office) -> None:
    page = look(desk, "/overview")
    text = re.sub(r"\s+", "", page.text)
    assert "2026-11-08210" in text, "restricted, blacklisted and statements at the end of the day"
    assert re.search("日期假冒伪劣(不安全商品欺诈|欺诈不安全商品)2026", text), "the categories with the most, those that are gone again too"


def test_the_overview_draws_how_much_each_platform_has_answered(desk: Office) -> None:
    page = look(desk, "/overview")
    drawn = {one["aria-label"]: (one["value"], one["max"]) for one in page.attributes("meter") if "已回执" in (one["aria-label"] or "")}
    assert drawn, "one bar a platform"
    for label, (answered, told) in drawn.items():
        assert 0 <= int(answered or "") <= int(told or ""), label
    assert all(f"{100 * int(answered or 0) // int(told or 1)}%" in page.text for answered, told in drawn.values())


def test_a_dossier_tells_its_facts_in_order(desk: Office) -> None:
    text = look(desk, f"/subjects/{FREED}").text
    told = ["账户归入", "处罚计入", "拟列入", "告知书放行", "告知书送达", "决定列入", "下发惩戒指令", "移出名单", "下发解除指令"]
    places = [text.index(title) for title in told]
    assert places == sorted(places)
    assert "2026-11-02 09:00:00" in text


def test_a_dossier_is_watermarked_with_its_reader(desk: Office) -> None:
    assert look(desk, f"/subjects/{FREED}").text.count("samr 2026-11-20 17:00:00") == 24


def test_a_dossier_goes_on_from_a_position(desk: Office) -> None:
    text = look(desk, f"/subjects/{FREED}", after="8").text
    assert "账户归入" not in text
    assert "移出名单" in text


def test_an_unknown_subject_is_not_found_and_the_attempt_is_audited(desk: Office) -> None:
    unknown = uuid4()
    ask(desk, unknown)
    answer = desk.client.get(f"/subjects/{unknown}")
    assert answer.status_code == 404
    assert "不存在" in answer.text
    assert desk.audited() == [("samr", PURPOSE, f"subjects/{unknown}")]


def test_something_that_is_no_subject_id_is_not_found(desk: Office) -> None:
    assert desk.client.get("/subjects/1").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_each_read_is_audited_with_the_purpose_of_the_session(desk: Office, path: str) -> None:
    look(desk, path)
    ((actor, purpose, _),) = desk.audited()
    assert (actor, purpose) == ("samr", PURPOSE)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_shown_when_the_audit_cannot_be_written(desk: Office, path: str) -> None:
    with desk.without_audit():
        answer = desk.client.get(path)
    assert answer.status_code == 500
    assert "平台内部错误" in answer.text
    assert str(LISTED) not in answer.text


@pytest.mark.parametrize("path", ["/login", *EVERY_PAGE])
def test_a_page_holds_no_inline_script_and_no_inline_style(desk: Office, path: str) -> None:
    page = look(desk, path)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"style", "iframe", "object", "base"}
    assert all(str(script.get("src", "")).startswith("/static/") for script in page.attributes("script"))
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")], tag
        assert not str(attributes.get("href", "")).startswith(("http", "//", "javascript:", "data:"))


@pytest.mark.parametrize("path", ["/login", *PAGES, f"/subjects/{uuid4()}", "/?tier=watch", "/?cursor=x"])
def test_the_headers_forbid_what_the_page_does_not_need(desk: Office, path: str) -> None:
    headers = desk.client.get(path, follow_redirects=False).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["style-src"] == policy["img-src"] == policy["form-action"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_hostile_text_is_shown_as_text(desk: Office, path: str) -> None:
    page = look(desk, path)
    assert HOSTILE in page.text
    assert not [attributes for attributes in page.attributes("img") if attributes.get("src") == "x"]


def test_a_hostile_purpose_is_shown_as_text(office: Office) -> None:
    purpose = '"><script>alert(1)</script>'
    assert log_in(office, purpose=purpose).status_code == 303
    page = look(office, "/")
    assert purpose in page.text
    assert page.attributes("script") == []
    again = Page(log_in(office, key="lc_no_no_no", purpose=purpose).text)
    assert purpose in [field.get("value") for field in again.attributes("input")]


@pytest.mark.parametrize("path", ["/", "/changes", f"/subjects/{TRADER}"])
def test_a_sole_traders_name_is_masked(desk: Office, path: str) -> None:
    text = look(desk, path).text
    assert "城**" in text
    assert "城东水果店" not in text


def test_english_is_kept_from_page_to_page(desk: Office) -> None:
    page = look(desk, "/", lang="en", tier="blacklisted")
    assert "1 in all" in page.text
    inside = [str(link["href"]) for link in page.attributes("a") if link["href"] != "#content"]
    assert [link for link in inside if "lang=en" not in link] == ["/?tier=blacklisted"], "only the way back to Chinese"
    assert page.attributes("html")[0]["lang"] == "en"
    chinese = [word for word in re.findall(r"[\u4e00-\u9fff]+", page.text) if word not in ("中文", PURPOSE, "云帆美妆有限公司")]
    assert chinese == []


def test_chinese_comes_first(office: Office) -> None:
    page = look(office, "/login")
    assert page.attributes("html")[0]["lang"] == "zh-CN"
    assert look(office, "/login", lang="fr").attributes("html")[0]["lang"] == "zh-CN"


def test_every_field_of_a_form_has_a_label(desk: Office) -> None:
    for path in ("/login", "/", "/changes"):
        page = look(desk, path)
        fields = [a for tag, a in page.elements if tag in ("input", "select") and a.get("type") != "hidden"]
        assert len(page.attributes("label")) == len(fields)


def test_the_style_sheet_is_named_by_its_content(desk: Office) -> None:
    (style,) = [str(link["href"]) for link in look(desk, "/").attributes("link") if link["rel"] == "stylesheet"]
    answer = desk.client.get(style)
    assert answer.headers["content-type"].startswith("text/css")
    assert re.fullmatch(r"/static/console\.css\?[0-9a-f]{12}", style)
    assert "url(" not in answer.text
    assert desk.client.get("/static/../main.py").status_code == 404


def test_templates_hold_no_words_of_their_own() -> None:
    templates = Path(__file__).parents[3] / "services" / "regulator" / "console" / "templates"
    for template in templates.glob("*.html"):
        assert not re.search(r"[\u4e00-\u9fff]", template.read_text()), template.name
