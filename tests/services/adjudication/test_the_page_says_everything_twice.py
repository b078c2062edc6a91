"""What the page of a notice says: complete, in both languages, and in plain words for each state of a case."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from events.facts.fact import Category, Measure, Tier
from services.adjudication.api.merchant import PLEAS
from services.adjudication.application.merchant.own import TOLD, OwnListing, OwnNotice
from services.adjudication.page import texts
from services.adjudication.page.texts import TEXTS, Texts
from services.adjudication.page.view import lines, sentences, stages
from services.adjudication.rulebooks import read_all

PAGE = Path(texts.__file__).parents[1]
COMPOSED = ("tier.", "measure.", "category.", "why.", "not.", "stage.", "step.", "hint.", "column.", "wrong.", "now.", "pending.")
BY = datetime(2026, 11, 27, 16, tzinfo=UTC)


def told(state: str = "served", tier: str = "restricted", **more: Any) -> OwnNotice:
    given = {
        "measures": (), "respond_by": BY, "contested": False, "objections_open": 0, "appeal_open": False, "repair_open": False,
        "answer_by": None, "since": None, "until": None, "interim_ends": None,
    } | more  # fmt: skip
    listing = OwnListing(listing_id=UUID(int=1), tier=tier, state=state, rule="two-platforms-severe", rulebook="2026.1", facts=(), **given)
    return OwnNotice(notice="listing-x", account="shop-1", platform="tmall", tier=tier, listing=listing)


def plainly(notice: OwnNotice) -> str:
    return "".join(sentences(notice, Texts("zh")))


def test_every_text_is_there_in_chinese_and_in_english() -> None:
    for key, (zh, en) in TEXTS.items():
        if key not in ("html", "other", "line.until_day", "line.rule.version"):
            assert re.search(r"[\u4e00-\u9fff]", zh), key
            assert not re.search(r"[\u4e00-\u9fff]", en), key
        assert sorted(re.findall(r"\{\w+\}", zh)) == sorted(re.findall(r"\{\w+\}", en)), key


def test_no_text_is_left_over_and_no_template_has_words_of_its_own() -> None:
    files = [file for kind in ("*.py", "*.html") for file in PAGE.rglob(kind) if "texts" not in file.parts]
    source = "".join(file.read_text() for file in files)
    assert {key for key in TEXTS if not key.startswith(COMPOSED) and not re.search(rf"""["']{re.escape(key)}["']""", source)} == set()
    for template in PAGE.rglob("*.html"):
        assert not re.search(r"[\u4e00-\u9fff]", template.read_text()), template.name


def test_closed_lists_have_words() -> None:
    needed = {f"measure.{one.value}" for one in Measure} | {f"category.{one.value}" for one in Category}
    needed |= {f"tier.{one.word}" for one in Tier} | {f"not.{why}" for why in TOLD}
    needed |= {f"{kind}.{step}" for step in PLEAS for kind in ("step", "hint")}
    assert needed <= set(TEXTS)


@dataclass
class Case:
    notice: OwnNotice
    holds: list[str]
    lacks: list[str] = field(default_factory=list)


NOTHING = "现在不产生任何限制"


@pytest.mark.parametrize(
    "case",
    [
        Case(told("released", respond_by=None), [NOTHING, "答复期从中枢登记送达时起算"]),
        Case(told(), [NOTHING, "2026-11-28 00:00 之前没有提出异议的，按拟定内容决定"]),
        Case(told(tier="blacklisted"), [NOTHING, "须由两人共同决定"], ["之前没有提出异议的"]),
        Case(told(objections_open=1, contested=True), ["由人员审查后决定", "有争议"], ["之前没有提出异议的"]),
        Case(told(interim_ends=BY), ["临时措施"], [NOTHING]),
        Case(told("decided"), ["已决定列入“限制”一档"], [NOTHING]),
        Case(told("ended", why="revoked"), ["已经移出名单"], [NOTHING]),
        Case(told("rejected", why="superseded"), ["更高等级"], ["没有因此产生的限制"]),
        Case(told("rejected", why="not_justified"), ["没有因此产生的限制"]),
        Case(OwnNotice(notice="watch-x", account="a", platform="p", tier="watch", listing=None), ["不是列入名单"]),
    ],
    ids=lambda case: case.notice.listing.state if case.notice.listing else "watch",
)
def test_where_it_stands_is_said_plainly(case: Case) -> None:
    said = plainly(case.notice)
    assert [word for word in case.holds if word not in said] == []
    assert [word for word in case.lacks if word in said] == []


def test_the_way_of_a_case_ends_where_it_was_turned_down() -> None:
    assert [stage for stage, _ in stages(told("rejected").listing)] == ["released", "served", "rejected"]  # type: ignore[arg-type]
    assert [how for _, how in stages(told("decided").listing)] == ["done", "done", "now", ""]  # type: ignore[arg-type]


def test_a_tier_is_a_proposal_until_it_is_decided() -> None:
    books = read_all()
    assert ("拟列等级", "限制") in lines(told(), Texts("zh"), books)
    decided = dict(lines(told("decided", since=date(2026, 11, 1), until=date(2027, 5, 1)), Texts("zh"), books))
    assert (decided["等级"], decided["最后一日"]) == ("限制", "2027-05-01")
    assert decided["依据的规则"].startswith("两家不同主体的平台") and "two-platforms-severe" in decided["依据的规则"]


def test_what_waits_for_people_is_said_with_its_last_day() -> None:
    asked = told("decided", objections_open=2, appeal_open=True, repair_open=True, answer_by=BY)
    said = [value for label, value in lines(asked, Texts("zh"), read_all()) if label in ("待办", "办理截止，逾期即照准")]
    assert said == ["异议待答复", "申诉待裁决", "信用修复待办理", "2026-11-28 00:00"]
    assert "待办" not in dict(lines(told("ended", objections_open=2), Texts("zh"), read_all()))
