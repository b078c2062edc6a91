"""Directives, receipts and problems as members get them."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from events.facts.directive import DirectiveIssued, Reason
from events.facts.dossier import AccountRef
from events.facts.fact import Measure, Tier
from events.facts.listing import MeasureUntil
from events.wire.directive import cloudevent, data, directive_id, kafka_record
from events.wire.problems import PROBLEMS, Fault, Invalid, document, explanation
from events.wire.receipt import receipt, refusal

SUBJECT = UUID("7d3f0a52-9c1e-5b77-8f10-2b6f6f4f9a01")
ISSUED = DirectiveIssued(
    subject_id=SUBJECT,
    at=datetime(2026, 12, 1, 3, tzinfo=UTC),
    trace="4bf92f3577b34da6a3ce929d0e0e4736",
    seq=4,
    tier=Tier.RESTRICTED,
    contested=False,
    lift=False,
    accounts=(AccountRef("tmall", "shop-1"), AccountRef("pdd", "mall-1")),
    rulebook="2026.1",
    measures=(MeasureUntil(Measure.LIMIT, date(2027, 5, 31)),),
    reasons=(Reason("TWO_PLATFORMS_SEVERE", "两家平台", "Two platforms"),),
    uscc="91350100M000100Y43",
    name="福州联惩商贸有限公司",
    since=date(2026, 12, 1),
    until=date(2027, 5, 31),
    decision="联惩决〔2026〕7号",
    appeal="https://hub.example/appeals/1",
)
DATA = {
    "subject_id": str(SUBJECT),
    "seq": 4,
    "merged_into": None,
    "uscc": "91350100M000100Y43",
    "name": "福州联惩商贸有限公司",
    "tier": "restricted",
    "contested": False,
    "measures": [{"measure": "limit", "until": "2027-05-31"}],
    "since": "2026-12-01",
    "until": "2027-05-31",
    "decision": "联惩决〔2026〕7号",
    "reasons": [{"code": "TWO_PLATFORMS_SEVERE", "text": {"zh": "两家平台", "en": "Two platforms"}}],
    "rulebook": "2026.1",
    "appeal": "https://hub.example/appeals/1",
    "issued_at": "2026-12-01T03:00:00Z",
    "list": "平台联合惩戒名单",
    "demo": False,
}


def test_a_directive_is_the_full_state() -> None:
    assert msgspec.to_builtins(data(ISSUED)) == DATA


def test_a_correction_is_told_where_there_is_one_and_names_nobody() -> None:
    freed = msgspec.structs.replace(ISSUED, tier=Tier.NONE, lift=True, correction=Reason("WRONGFUL_LISTING", "更正", "Correction"))
    told = msgspec.to_builtins(data(freed))
    assert told["correction"] == {"code": "WRONGFUL_LISTING", "text": {"zh": "更正", "en": "Correction"}}
    assert (told["reasons"], told["uscc"], told["name"], told["decision"]) == ([], None, None, None)


def test_in_the_feed_each_platform_gets_its_own_accounts() -> None:
    event = msgspec.to_builtins(cloudevent(ISSUED, directive_id(ISSUED), "/hub/tmall", ["shop-1"]))
    assert event.pop("data") == {**DATA, "your_accounts": ["shop-1"]}
    assert event.pop("traceparent").startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
    assert event == {
        "specversion": "1.0",
        "id": f"{SUBJECT}/4",
        "source": "/hub/tmall",
        "type": "liancheng.directive.issued.v1",
        "subject": str(SUBJECT),
        "partitionkey": str(SUBJECT),
        "time": "2026-12-01T03:00:00Z",
        "datacontenttype": "application/json",
    }


def test_in_the_topic_it_is_binary_and_the_same_for_all() -> None:
    key, value, headers = kafka_record(ISSUED)
    assert key == str(SUBJECT).encode()
    assert msgspec.json.decode(value) == DATA
    named = dict(headers)
    assert len(named) == len(headers)
    assert named["content-type"] == b"application/json"
    assert (named["ce_source"], named["ce_id"]) == (b"/hub", f"{SUBJECT}/4".encode())
    assert "ce_datacontenttype" not in named
    assert b"shop-1" not in value


@pytest.mark.parametrize("tier", [Tier.NONE, Tier.WATCH])
def test_below_restricted_it_is_none_and_says_nothing_of_who(tier: Tier) -> None:
    told = msgspec.to_builtins(data(msgspec.structs.replace(ISSUED, tier=tier, lift=True, merged_into=SUBJECT)))
    assert told["tier"] == "none"
    assert [told[name] for name in ("uscc", "name", "since", "until", "decision")] == [None] * 5
    assert (told["measures"], told["reasons"], told["merged_into"]) == ([], [], str(SUBJECT))


def test_the_name_of_a_sole_trader_is_not_told() -> None:
    assert data(msgspec.structs.replace(ISSUED, uscc="92350100MA2YYYYY1E")).name is None


def test_a_receipt() -> None:
    at = datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert msgspec.to_builtins(receipt("st-1", "/platforms/tmall", 7, "ab", at)) == {
        "id": "st-1",
        "source": "/platforms/tmall",
        "status": "accepted",
        "position": 7,
        "sha256": "ab",
        "recorded_at": "2026-11-20T04:00:00Z",
    }


def test_a_refusal_says_whose_it_is_and_why() -> None:
    refused = refusal(Invalid.at("#/data/measure", "unknown-value").about("st-1"))
    assert (refused.id, refused.status) == ("st-1", "refused")
    assert refused.problem["errors"] == [
        {"pointer": "#/data/measure", "code": "unknown-value", "detail": PROBLEMS["unknown-value"].rule_en}
    ]
    assert refusal(Invalid.at("#/id", "conflict").about("st-1")).status == "conflict"
    assert refusal(Invalid.at("#", "not-json")).id is None


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_is_explained_in_both_languages(code: str) -> None:
    meaning = PROBLEMS[code]
    assert 400 <= meaning.status < 600
    told = explanation(code)
    for text in (told["title"], told["explanation"]):
        assert text["en"].isascii() or "±" in text["en"]
        assert any("\u4e00" <= character <= "\u9fff" for character in text["zh"])


def test_a_problem_is_that_of_the_rfc() -> None:
    problem = document("bad-uscc", "", [Fault("#/data/merchant/uscc", "bad-uscc", "wrong")], quota=3)
    assert problem.keys() == {"type", "title", "title_zh", "status", "detail", "errors", "quota"}
    assert (problem["type"], problem["status"]) == ("/problems/bad-uscc", 422)


def test_a_code_that_is_not_in_the_list_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        document("no-such-code")
