"""Every fact of a dossier becomes a title and lines that a person can read, in both languages, and nothing that is nobody's business."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from events.catalogue import FACTS
from events.facts.dossier import Weighing
from events.facts.fact import Category, DossierFact, Fact, Measure, Tier
from events.facts.listing import Listing
from projections.casefile.fold import step
from projections.casefile.read import Step
from services.regulator.console.reading.story import SAID, Told, tell
from services.regulator.console.texts import TEXTS, Texts
from tests.services.regulator.dossiers import FREED, everything

DOSSIER_FACTS = [cls for cls in FACTS if issubclass(cls, DossierFact)]

# Ids and digests for machines, what the frame of the page says already, and what other lines say in words.
NOT_SAID = {
    *DossierFact.__struct_fields__,
    *("listing_id", "weighing", "listing", "member_class", "discounted_at", "spent", "recorded_at", "terms", "appeal", "demo", "lift"),
    *("severity", "eighths", "active_until", "counts_until", "document"),
    *(
        "proposed_at",
        "released_at",
        "released_by",
        "served_at",
        "undelivered",
        "failed",
        "objected",
        "objected_by",
        "appellants",
        "approvals",
        "approved",
    ),
    *("decided_by", "doubts", "basis_gone_at", "repair_by", "ending", "state"),
    *("sha256", "interim", "hold", "hold_released_by", "appeal_by", "reviewed", "answers", "pleaded"),
}


def a_step(what: str, **detail: Any) -> Step:
    return Step(id=7, at=datetime(2026, 11, 2, tzinfo=UTC), what=f"{what}.v1", detail=detail)


def told(what: str, language: Any = "zh", *, natural: bool = False, **detail: Any) -> Told:
    return tell(a_step(what, **detail), Texts(language), natural=natural)


@pytest.mark.parametrize("cls", DOSSIER_FACTS, ids=lambda cls: cls.tag())
def test_every_fact_has_a_title(cls: type[Fact]) -> None:
    assert f"fact.{cls.tag().rsplit('.v', 1)[0]}" in TEXTS


@pytest.mark.parametrize("cls", [*DOSSIER_FACTS, Weighing, Listing], ids=lambda cls: cls.__name__)
def test_every_field_is_told_or_left_out_on_purpose(cls: type[Fact]) -> None:
    assert {field for field in cls.__struct_fields__ if field not in SAID} <= NOT_SAID


def test_every_field_that_is_told_has_a_name_and_is_a_field() -> None:
    fields = {field for cls in (*DOSSIER_FACTS, Weighing, Listing) for field in cls.__struct_fields__}
    assert set(SAID) <= fields
    assert {key.removeprefix("field.") for key in TEXTS if key.startswith("field.")} == set(SAID)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whole_dossiers_are_told(language: Any) -> None:
    """As the view keeps them: through its own fold."""
    for delivery in everything():
        kept = step(delivery.fact, delivery.id)
        assert kept is not None
        detail = msgspec.json.decode(kept.detail)
        lines = tell(Step(id=1, at=kept.at, what=kept.what, detail=detail), Texts(language), natural=False).lines
        assert all(label and value for label, value in lines), kept.what
        assert "cd" * 32 not in str(lines), "the digest of a reason is told to nobody"


def test_a_weighing_is_told_field_by_field() -> None:
    weighing = {"account": {"platform": "tmall", "account": "shop-1"}, "measure": "freeze", "category": "fraud", "severity": 5}
    assert told("sanction.weighed", weighing=weighing).lines == (("账户", "tmall / shop-1"), ("措施", "冻结"), ("违法类别", "欺诈"))


def test_a_weighing_named_by_its_id_is_not_told() -> None:
    assert told("watch.ended", weighing=str(FREED), why="expired").lines == (("原因", "期限届满"),)


def test_measures_are_told_with_their_last_day() -> None:
    assert told("notice.released", measures=["limit", "freeze"]).lines == (("措施", "限制功能; 冻结"),)
    measures = [{"measure": "limit", "until": "2027-05-19"}]
    assert told("listing.decided", "en", measures=measures).lines == (("Measures", "Limit until 2027-05-19"),)


def test_what_a_listing_rests_on_is_told() -> None:
    basis = [{"account": {"platform": "pdd", "account": "9"}, "measure": "limit", "category": "counterfeit", "begins": "2026-11-02"}]
    assert told("listing.proposed", tier=2, basis=basis).lines == (("等级", "限制"), ("依据", "pdd / 9 限制功能 假冒伪劣 2026-11-02"))


def test_moments_are_told_in_beijing_time() -> None:
    assert told("notice.served", respond_by="2026-11-09T17:00:00Z").lines == (("答复截止", "2026-11-10 01:00:00"),)


def test_what_is_not_so_is_left_out_unless_it_is_the_outcome() -> None:
    assert told("lift.noted", waiting=False).lines == ()
    assert told("lift.noted", waiting=True).lines == (("等待所指处罚", "是"),)
    assert told("repair.decided", granted=False).lines == (("准予", "否"),)


def test_reasons_are_told_in_the_language_of_the_page() -> None:
    reasons = [{"code": "X", "zh": "理由", "en": "because"}]
    assert told("directive.issued", reasons=reasons).lines == (("事由", "理由"),)
    assert told("directive.issued", "en", reasons=reasons).lines == (("Reasons", "because"),)


def test_a_lift_is_told_as_one() -> None:
    assert (told("directive.issued", lift=True).title, told("directive.issued", lift=True).tone) == ("下发解除指令", "relief")
    assert (told("directive.issued", lift=False).title, told("directive.issued", lift=False).tone) == ("下发惩戒指令", "harm")
    assert told("listing.ended").tone == "relief"
    assert told("notice.served").tone == "step"


def test_the_digest_of_a_reason_is_left_out_and_a_word_is_told() -> None:
    assert told("listing.approved", reason="ef" * 32, by="approver-one").lines == (("经办", "approver-one"),)
    assert told("lift.noted", reason="overturned").lines == (("原因", "处罚被撤销"),)


def test_several_actors_are_told() -> None:
    assert told("listing.ended", by=["approver-one", "approver-two"]).lines == (("经办", "approver-one, approver-two"),)


def test_a_natural_persons_name_is_masked() -> None:
    assert told("subject.named", natural=True, name="城东水果店").lines == (("名称", "城**"),)
    assert told("subject.named", name="海棠百货有限公司").lines == (("名称", "海棠百货有限公司"),)


def test_what_is_newer_than_the_page_is_told_by_its_name() -> None:
    newer = told("subject.praised", medal="gold", why="generous", measure="applaud")
    assert newer.title == "subject.praised.v1"
    assert newer.lines == (("原因", "generous"), ("措施", "applaud"))


@pytest.mark.parametrize(
    "words", [{f"measure.{it}" for it in Measure}, {f"category.{it}" for it in Category}, {f"tier.{it.word}" for it in Tier}]
)
def test_closed_lists_have_a_word_for_each_value(words: set[str]) -> None:
    assert words <= set(TEXTS)
