"""Decisions of authorities, as they are published: 行政处罚 and 严重违法失信名单 become sanctions that an authority states at the hub."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from events.client.bridges.rows import SHANGHAI, NotUsable, Row, Statement, moment
from events.client.statement import Merchant

PENALTY_COLUMNS = (
    "行政相对人名称", "统一社会信用代码", "行政处罚决定书文号", "违法行为类型", "处罚依据", "处罚类别", "处罚决定日期",
    "处罚有效期", "处罚机关",
)  # fmt: skip
SERIOUS_COLUMNS = ("失信主体名称", "统一社会信用代码", "列入决定书文号", "列入事由", "列入依据", "列入日期", "作出决定机关", "移出日期")

KINDS: tuple[tuple[str, str], ...] = (
    ("吊销许可证件", "expel"), ("责令关闭", "expel"), ("限制从业", "expel"), ("责令停产停业", "freeze"), ("暂扣许可证件", "freeze"),
    ("限制开展生产经营活动", "limit"), ("降低资质等级", "limit"), ("没收", "points"), ("罚款", "points"),
    ("通报批评", "warn"), ("警告", "warn"),
)  # fmt: skip
"""What a kind of penalty (行政处罚法 第九条) is on the hub's ladder; the gravest first, because a row may name several."""

SUBJECTS: tuple[tuple[str, str], ...] = (
    ("假冒", "counterfeit"), ("伪造", "counterfeit"), ("商标", "infringement"), ("专利", "infringement"), ("侵犯", "infringement"),
    ("违禁", "forbidden_goods"), ("禁止销售", "forbidden_goods"), ("不合格", "unsafe_goods"), ("安全", "unsafe_goods"), ("诈骗", "fraud"),
    ("欺诈", "fraud"), ("虚假宣传", "false_advertising"), ("广告", "false_advertising"), ("哄抬", "price_gouging"),
    ("价格", "price_gouging"),
    ("刷单", "credit_fraud"), ("虚假交易", "credit_fraud"), ("个人信息", "privacy"),
)  # fmt: skip
"""Words of the violation's description, the first that fits; otherwise it is `other`, which never lists anybody."""


class Documents:
    """The decisions themselves, a file each, named by the document's number: only what was read can be confirmed by its hash."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in folder.iterdir() if path.is_file()}

    def sha256(self, number: str) -> str:
        """NotUsable when the document is not there."""
        path = self._files.get(number) or self._files.get(number.replace("/", "_"))
        if path is None:
            raise NotUsable("no document for its number")
        return sha256(path.read_bytes()).hexdigest()


def penalty(row: Row, documents: Documents) -> Statement:
    """A row of 行政处罚. NotUsable without a number, a document, a date, or the end that a freeze or a limit must have."""
    measure = next((measure for kind, measure in KINDS if kind in row["处罚类别"]), None)
    if measure is None:
        raise NotUsable("a kind of penalty that has no measure here")
    names = {
        "name": "行政相对人名称",
        "document": "行政处罚决定书文号",
        "authority": "处罚机关",
        "issued": "处罚决定日期",
        "rule": "处罚依据",
    }
    return _sanction(row, names, measure, _category(row["违法行为类型"]), row["处罚有效期"], documents)


def serious(row: Row, documents: Documents) -> Statement:
    """A row of 严重违法失信名单. Who was taken off it again is not said."""
    if row["移出日期"]:
        raise NotUsable("taken off the list")
    names = {"name": "失信主体名称", "document": "列入决定书文号", "authority": "作出决定机关", "issued": "列入日期", "rule": "列入依据"}
    return _sanction(row, names, "expel", _category(row["列入事由"]), "", documents)


def _sanction(row: Row, names: Mapping[str, str], measure: str, category: str, until: str, documents: Documents) -> Statement:
    number = row[names["document"]]
    if not number:
        raise NotUsable("no number of its document")
    issued = moment(row[names["issued"]], SHANGHAI, "no date of the decision")
    # A last day is in force to its end.
    ends = moment(until, SHANGHAI, "an end that is no date") + timedelta(days=1) if until else None
    if ends is None and measure in ("freeze", "limit"):
        raise NotUsable("no end of its restriction")
    document = {
        "name": row[names["authority"]], "document": number, "issued_on": issued.astimezone(SHANGHAI).date(),
        "sha256": documents.sha256(number),
    }  # fmt: skip
    data = {
        "merchant": Merchant(number, row["统一社会信用代码"] or None, row[names["name"]] or None), "sanction": number, "measure": measure,
        "category": category, "rule": row[names["rule"]][:200], "begins": issued, "reports": [], "evidence": [], "decided_by": "authority",
        "authority": document, "origin": {"kind": "own"},
    } | ({} if ends is None else {"ends": ends})  # fmt: skip
    # A number may hold characters that an id may not.
    return Statement(f"decision-{sha256(number.encode()).hexdigest()[:32]}", "sanction.imposed", issued, number, data)


def _category(words: str) -> str:
    return next((category for word, category in SUBJECTS if word in words), "other")
