"""行政处罚 and 严重违法失信名单 in their published columns: a decision is said with its document's hash, or counted."""

from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from events.client.bridges import decisions
from events.client.bridges.decisions import Documents
from events.client.bridges.rows import NotUsable
from events.client.statement import Member
from tests.client.bridges.taken import taken

PENALTY = dict.fromkeys(decisions.PENALTY_COLUMNS, "") | {
    "行政相对人名称": "演示商贸有限公司", "统一社会信用代码": "91350100M000100Y43", "行政处罚决定书文号": "沪市监处罚〔2026〕001号",
    "违法行为类型": "销售假冒注册商标的商品", "处罚依据": "《商标法》第六十条", "处罚类别": "罚款、吊销许可证件",
    "处罚决定日期": "2026/05/01",
    "处罚机关": "上海市市场监督管理局",
}  # fmt: skip
SERIOUS = dict.fromkeys(decisions.SERIOUS_COLUMNS, "") | {
    "失信主体名称": "演示商贸有限公司", "统一社会信用代码": "91350100M000100Y43", "列入决定书文号": "沪市监失信〔2026〕7号",
    "列入事由": "销售不合格食品", "列入日期": "2026-05-01", "列入依据": "市场监管总局令第44号", "作出决定机关": "上海市市场监督管理局",
}  # fmt: skip


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    for number in ("沪市监处罚〔2026〕001号", "沪市监失信〔2026〕7号"):
        (tmp_path / f"{number}.pdf").write_bytes(number.encode())
    return Documents(tmp_path)


SAMR = Member("samr", authority=True)


def test_a_penalty_is_said_with_its_document_and_its_gravest_kind(documents: Documents) -> None:
    fact = taken(decisions.penalty(PENALTY, documents), SAMR)
    assert (fact.measure.name, fact.category, fact.account) == ("EXPEL", "counterfeit", "沪市监处罚〔2026〕001号")
    assert fact.authority and fact.authority.sha256 == sha256("沪市监处罚〔2026〕001号".encode()).hexdigest()
    assert fact.authority and fact.authority.issued_on == date(2026, 5, 1)
    assert fact.begins == datetime(2026, 4, 30, 16, tzinfo=UTC), "midnight in Shanghai"


def test_a_last_day_is_in_force_to_its_end(documents: Documents) -> None:
    fact = taken(decisions.penalty(PENALTY | {"处罚类别": "责令停产停业", "处罚有效期": "2026-08-01"}, documents), SAMR)
    assert (fact.measure.name, fact.ends) == ("FREEZE", datetime(2026, 8, 1, 16, tzinfo=UTC))


def test_whoever_is_on_the_serious_list_is_expelled(documents: Documents) -> None:
    fact = taken(decisions.serious(SERIOUS, documents), SAMR)
    assert (fact.measure.name, fact.category) == ("EXPEL", "unsafe_goods")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"行政处罚决定书文号": ""}, "no number of its document"),
        ({"行政处罚决定书文号": "沪市监处罚〔2026〕002号"}, "no document for its number"),
        ({"处罚决定日期": "去年"}, "no date of the decision"),
        ({"处罚类别": "责令停产停业"}, "no end of its restriction"),
        ({"处罚类别": "行政拘留"}, "a kind of penalty that has no measure here"),
    ],
)
def test_what_cannot_be_said_of_a_penalty_is_told(documents: Documents, cells: dict[str, str], why: str) -> None:
    with pytest.raises(NotUsable) as unusable:
        decisions.penalty(PENALTY | cells, documents)
    assert unusable.value.why == why


def test_whoever_was_taken_off_the_serious_list_is_left_alone(documents: Documents) -> None:
    with pytest.raises(NotUsable):
        decisions.serious(SERIOUS | {"移出日期": "2026-06-01"}, documents)
