"""A notice states facts, basis, measures and rights in both languages, and claims no authority."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from events.facts.fact import Category, Measure, Tier
from events.wire.token import is_for, read_token
from services.directives.notices.book import NoticeBook
from services.directives.notices.notice import Hub, Notice, notices
from services.directives.notices.words import CATEGORIES, MEASURES, TIERS
from tests.services.directives.made import released, served

HUB, KEY = "https://hub.example", bytes(range(32))


def handed_to(platform: str, tier: Tier = Tier.RESTRICTED, *, proved: bool = False) -> list[Notice]:
    accounts = (("tmall", "shop-1"), ("tmall", "shop-2"), ("pdd", "mall-7"))
    later = served("n-1", *accounts) if proved else None
    return list(notices(released("n-1", *accounts, tier=tier), later, platform, Hub(HUB, KEY, demo=False)))


def test_a_platform_gets_one_for_each_of_its_accounts_and_none_for_others() -> None:
    assert [notice.account for notice in handed_to("tmall")] == ["shop-1", "shop-2"]
    assert [notice.account for notice in handed_to("pdd")] == ["mall-7"]
    assert handed_to("jd") == []


def test_everything_that_the_contract_lists_is_there() -> None:
    notice = msgspec.to_builtins(handed_to("pdd")[0])
    assert {"notice", "account", "facts", "basis", "measures", "rights", "respond_days", "respond_by", "link", "text"} <= notice.keys()
    assert notice["measures"] == ["limit"] and notice["list"] == "平台联合惩戒名单"
    assert notice["respond_days"] == 5 and notice["respond_by"] is None
    assert notice["rules"] == f"{HUB}/v1/rulebooks/2026.1"
    assert notice["objections"] == f"{HUB}/v1/listings/{UUID(int=9)}/objections"
    assert [fact["measure"] for fact in notice["facts"]] == ["freeze", "limit"]
    assert notice["rights"][0]["code"] == "STATE_AND_DEFEND"


def test_only_its_own_notice_carries_the_token_of_an_account() -> None:
    links = [notice.link for platform in ("tmall", "pdd") for notice in handed_to(platform)]
    assert len(set(links)) == 3
    for notice in handed_to("tmall"):
        address, _, token = notice.link.partition("#")
        assert address == f"{HUB}/v1/merchant", "what stands behind the # is sent to no server"
        read = read_token(token)
        assert read is not None
        assert read.notice == "n-1"
        others = ("shop-1", "shop-2", "mall-7")
        assert [other for other in others if is_for(read, KEY, "tmall", other)] == [notice.account]
        assert not is_for(read, bytes(32), "tmall", notice.account)
        assert notice.link in notice.text.zh and notice.link in notice.text.en
        assert f"粘贴查询码：{token}\n" in notice.text.zh and f"paste this code: {token}\n" in notice.text.en, (
            "to be pasted where no script runs"
        )


def test_the_notice_of_an_interim_measure_says_that_it_restricts_and_until_when() -> None:
    ends = datetime(2026, 11, 24, 16, tzinfo=UTC)
    interim = replace(released("interim-1", ("tmall", "shop-1")), listing_id=None, respond_days=None, interim_ends=ends)
    (notice,) = notices(interim, None, "tmall", Hub(HUB, KEY, demo=False))
    assert (notice.interim_ends, notice.objections) == (ends, None)
    assert "2026-11-25 00:00（北京时间）" in notice.text.zh and "lapses by itself on 2026-11-25 00:00" in notice.text.en
    assert "Nothing has been decided yet and nothing is restricted" not in notice.text.en


def test_other_platforms_accounts_are_not_told() -> None:
    notice = handed_to("pdd")[0]
    assert [fact.account for fact in notice.facts] == [None, "mall-7"]
    assert b"shop-1" not in msgspec.json.encode(notice)


def test_the_letter_says_in_both_languages_whose_list_it_is() -> None:
    for tier in (Tier.WATCH, Tier.RESTRICTED, Tier.BLACKLISTED):
        text = handed_to("tmall", tier)[0].text
        assert "平台联合惩戒名单" in text.zh and "不是行政机关的严重违法失信名单" in text.zh
        assert "not a list of seriously dishonest persons of any authority" in text.en


def test_once_served_it_says_until_when_to_respond_in_beijing_time() -> None:
    notice = handed_to("tmall", proved=True)[0]
    assert notice.respond_by is not None
    assert "2026-11-27 23:59（北京时间）" in notice.text.zh and "2026-11-27 23:59 (Beijing time)" in notice.text.en


def test_silence_counts_as_consent_only_below_blacklisted() -> None:
    assert "deemed decided" in handed_to("tmall", Tier.RESTRICTED)[0].text.en
    blacklisted = handed_to("tmall", Tier.BLACKLISTED)[0].text
    assert "deemed decided" not in blacklisted.en and "silence is not consent" in blacklisted.en and "沉默不视为同意" in blacklisted.zh


def test_a_watch_asks_for_no_answer_and_takes_no_measure() -> None:
    watch = handed_to("tmall", Tier.WATCH)[0]
    assert watch.respond_days is None and watch.measures == [] and watch.objections is None
    assert "leads to no measure" in watch.text.en and "不因此对您采取任何措施" in watch.text.zh


@pytest.mark.parametrize(("words", "kind"), [(MEASURES, Measure), (CATEGORIES, Category), (TIERS, Tier)])
def test_nothing_lacks_a_name(words: dict[object, object], kind: type[Measure] | type[Category] | type[Tier]) -> None:
    assert set(words) == set(kind)


def test_the_book_lists_for_a_platform_only_what_concerns_it() -> None:
    book = NoticeBook()
    book.add(3, released("n-1", ("tmall", "shop-1"), ("pdd", "mall-7")))
    book.add(5, released("n-2", ("pdd", "mall-8")))
    book.add(9, served("n-1", ("tmall", "shop-1"), ("pdd", "mall-7")))
    assert book.following("tmall", 0, 9) == [3, 9] and book.following("pdd", 3, 9) == [5, 9] and book.following("pdd", 0, 1) == [3]
    assert book.following("jd", 0, 9) == [] and book.head == 9
    assert book.released("n-1") == 3 and book.released("n-9") is None
