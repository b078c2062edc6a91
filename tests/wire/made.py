"""One proper statement of each type, as a platform would send it, and small changes of it."""

import copy
from datetime import UTC, datetime
from typing import Any

import msgspec

from events.wire.statement import Arrival, Member

ACCOUNT = "shop-88213"
SUBJECT_ID = "7d3f0a52-9c1e-5b77-8f10-2b6f6f4f9a01"
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MERCHANT = {"account": ACCOUNT, "uscc": "91350100M000100Y43", "name": "福州联惩商贸有限公司", "kind": "enterprise"}
ARRIVAL = Arrival(Member("tmall", "platform"), bytes(range(32)), NOON, b"0123456789abcdef", "4bf92f3577b34da6a3ce929d0e0e4736")

_SANCTION = {
    "sanction": "S-2026-0007",
    "measure": "freeze",
    "category": "counterfeit",
    "rule": "《商品品质管理规范》第十二条",
    "begins": "2026-11-20T10:00:00+08:00",
    "ends": "2027-05-20T10:00:00+08:00",
    "reports": ["R-17"],
    "evidence": [{"evidence": "E-3", "sha256": HASH}],
    "decided_by": "human",
    "origin": {"kind": "own"},
}

DATA: dict[str, dict[str, Any]] = {
    "merchant.declared": {},
    "report.filed": {
        "report": "R-17",
        "category": "counterfeit",
        "channel": "platform",
        "amount_minor": 19900,
        "currency": "CNY",
        "reporter": {"token": "rt-5d41402abc4b2a76", "assurance": "phone"},
        "evidence": ["E-3"],
        "text": "收到的化妆品批号与标签不符，疑似假冒。",
    },
    "report.accepted": {"report": "R-17", "due": "2026-11-27T18:00:00+08:00"},
    "report.investigating": {"report": "R-17"},
    "report.reopened": {"report": "R-17", "evidence": ["E-4"]},
    "report.concluded": {
        "report": "R-17",
        "outcome": "upheld",
        "rule": "《商品品质管理规范》第十二条",
        "reason_code": "proven",
        "reason": "订单与实物照片一致，举报成立。",
    },
    "report.answered": {"report": "R-17", "reasons": "您的举报已查实，商家已被处理。"},
    "report.transferred": {"report": "R-17", "to": "12315", "receipt": "12315-20261120-88", "due": "2026-12-20T18:00:00+08:00"},
    "report.withdrawn": {"report": "R-17", "reason": "已与商家协商退款。"},
    "evidence.submitted": {
        "evidence": "E-3",
        "report": "R-17",
        "kind": "photo",
        "sha256": HASH,
        "bytes": 482113,
        "media": "image/jpeg",
        "locator": "oss://evidence/2026/11/E-3.jpg",
        "captured_at": "2026-11-19T20:15:00+08:00",
        "timestamp": "MIIC1DADAgEAMIICywYJKoZIhvc=",
    },
    "evidence.verified": {"evidence": "E-3", "grade": "A", "method": "inspection"},
    "evidence.discredited": {"evidence": "E-3", "reason": "照片经鉴定为合成。"},
    "sanction.imposed": _SANCTION,
    "sanction.amended": {"sanction": "S-2026-0007", "measure": "limit", "ends": "2027-02-20T10:00:00+08:00", "reason": "积极整改。"},
    "sanction.appealed": {"sanction": "S-2026-0007", "grounds": "进货凭证齐全，商品为正品。"},
    "sanction.upheld": {"sanction": "S-2026-0007", "reason": "凭证与批号不符。"},
    "sanction.lifted": {"sanction": "S-2026-0007", "reason": "overturned"},
    "notice.delivered": {
        "notice": "N-7d3f0a52-1",
        "method": "inbox_read",
        "delivered_at": "2026-11-20T11:00:00+08:00",
        "proof_sha256": HASH,
    },
    "notice.failed": {"notice": "N-7d3f0a52-1", "reason": "账号已注销。"},
    "enforcement.acknowledged": {
        "directive": {"subject_id": SUBJECT_ID, "seq": 4},
        "state": "enforced",
        "action": "stop_sales",
        "effective_at": "2026-11-20T12:00:00+08:00",
        "reason": "已停止交易。",
    },
}
NAMES = tuple(DATA)


def event(name: str = "sanction.imposed", *, id: str = "st-1", source: str = "/platforms/tmall", **data: Any) -> dict[str, Any]:
    """The statement `liancheng.{name}.v1` with some data changed; a value of `...` leaves the field out."""
    changed = {"merchant": MERCHANT, **DATA[name], **data}
    return {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": f"liancheng.{name}.v1",
        "subject": ACCOUNT,
        "time": "2026-11-20T11:59:30+08:00",
        "datacontenttype": "application/json",
        "data": copy.deepcopy({field: value for field, value in changed.items() if value is not ...}),
    }


def changed(path: str, value: Any, name: str = "sanction.imposed") -> dict[str, Any]:
    """A proper statement with one place (steps parted by /) set, or taken out by `...`."""
    said = event(name)
    owner: Any = said
    *steps, last = path.split("/")
    for step in steps:
        owner = owner[int(step)] if step.isdigit() else owner[step]
    if value is ...:
        del owner[last]
    else:
        owner[int(last) if last.isdigit() else last] = value
    return said


def body(said: dict[str, Any]) -> bytes:
    return msgspec.json.encode(said)
