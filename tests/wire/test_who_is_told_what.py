"""The table of who is told what: every field has a row, and every row is kept, whoever the subject is."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from events.facts.directive import DirectiveIssued, Reason
from events.facts.dossier import AccountRef
from events.facts.fact import Measure, Tier
from events.facts.listing import MeasureUntil
from events.wire.directive import Directive, cloudevent, data, directive_id, kafka_record
from events.wire.told.redaction import DIRECTIVE, KEPT_BACK, NOTICE, STATED, Audience, Rule
from services.directives.application import told
from services.directives.notices.notice import FactStated, Hub, Notice, notices
from tests.services.directives.made import released, served

FACT = DirectiveIssued(
    subject_id=UUID(int=7),
    at=datetime(2026, 12, 1, 3, tzinfo=UTC),
    trace="4bf92f3577b34da6a3ce929d0e0e4736",
    seq=4,
    tier=Tier.RESTRICTED,
    contested=True,
    lift=False,
    accounts=(AccountRef("tmall", "canary-tmall"), AccountRef("pdd", "canary-pdd")),
    rulebook="2026.1",
    measures=(MeasureUntil(Measure.LIMIT, date(2027, 5, 31)),),
    reasons=(Reason("CANARY_REASON", "缘由", "because"),),
    merged_into=UUID(int=8),
    uscc="91350100M000100Y43",
    name="金丝雀商贸有限公司",
    since=date(2026, 12, 1),
    until=date(2027, 5, 31),
    decision="联惩决〔2026〕7号",
    appeal="https://hub.example/appeals/1",
    demo=True,
    correction=Reason("WRONGFUL_LISTING", "更正", "corrected"),
)
SUBJECTS = {
    "a company": (FACT, {Rule.ALWAYS, Rule.LISTED, Rule.COMPANY, Rule.OWN}),
    "a sole trader": (msgspec.structs.replace(FACT, uscc="92350100MA2YYYYY1E"), {Rule.ALWAYS, Rule.LISTED, Rule.OWN}),
    "somebody watched": (msgspec.structs.replace(FACT, tier=Tier.WATCH), {Rule.ALWAYS, Rule.OWN}),
    "somebody free": (msgspec.structs.replace(FACT, tier=Tier.NONE), {Rule.ALWAYS, Rule.OWN}),
}
EMPTY: tuple[Any, ...] = (None, [])


def said(fact: DirectiveIssued, audience: Audience) -> dict[str, Any]:
    return dict(msgspec.to_builtins(data(fact, ["canary-tmall"] if audience == "platform" else None)))


@pytest.mark.parametrize("audience", ["topic", "platform"])
@pytest.mark.parametrize("who", SUBJECTS)
@pytest.mark.parametrize("field", Directive.__struct_fields__)
def test_each_field_is_told_to_each_audience_as_its_row_says(field: str, who: str, audience: Audience) -> None:
    fact, told_under = SUBJECTS[who]
    there = said(fact, audience).get(field) not in EMPTY
    assert there == (DIRECTIVE[field][audience] in told_under)


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    assert set(DIRECTIVE) == set(Directive.__struct_fields__)
    assert set(NOTICE) == set(msgspec.structs.asdict(_notice()) | {"list": 0}) - {"list_name"}
    assert set(STATED) == set(FactStated.__struct_fields__)
    assert {field.encode_name for field in msgspec.structs.fields(Notice)} == set(NOTICE)


def test_every_field_of_the_record_is_told_under_its_name_or_kept_back() -> None:
    assert {field for field in DirectiveIssued.__struct_fields__ if field not in DIRECTIVE} == set(KEPT_BACK)


@pytest.mark.parametrize("who", SUBJECTS)
def test_no_other_platforms_account_and_no_kept_field_is_in_any_bytes(who: str) -> None:
    fact, _ = SUBJECTS[who]
    to_tmall = msgspec.json.encode(told(fact, "tmall"))
    to_nobody = msgspec.json.encode(told(fact, "jd"))
    key, value, headers = kafka_record(fact)
    topic = key + value + b"".join(name.encode() + word for name, word in headers)
    assert b"canary-tmall" in to_tmall and b"canary-pdd" not in to_tmall
    for others in (to_nobody, topic):
        assert b"canary-" not in others
    assert b'"lift"' not in to_tmall + to_nobody + topic and b'"accounts"' not in to_tmall + to_nobody + topic


def test_of_whoever_is_free_nothing_says_who_he_is() -> None:
    fact, _ = SUBJECTS["somebody free"]
    for bytes_ in (msgspec.json.encode(told(fact, "jd")), kafka_record(fact)[1]):
        for canary in ("金丝雀", "91350100M000100Y43", "CANARY_REASON", "联惩决", "2027-05-31"):
            assert canary.encode() not in bytes_


def test_the_envelope_says_no_more_than_which_directive_and_when() -> None:
    event = cloudevent(FACT, directive_id(FACT), "/hub/tmall", [])
    named = {"specversion", "id", "source", "type", "subject", "partitionkey", "time", "datacontenttype", "traceparent", "data"}
    assert set(event) == named


# --- notices ---


def _notice(platform: str = "tmall") -> Notice:
    accounts = (("tmall", "canary-tmall"), ("pdd", "canary-pdd"))
    (found,) = notices(released("n-1", *accounts), served("n-1", *accounts), platform, Hub("https://hub.example", bytes(32), False))
    return found


@pytest.mark.parametrize("field", [name for name, rule in NOTICE.items() if rule is Rule.ALWAYS])
def test_each_field_of_a_notice_is_there(field: str) -> None:
    assert field in msgspec.to_builtins(_notice())


@pytest.mark.parametrize(("platform", "own", "foreign"), [("tmall", "canary-tmall", "canary-pdd"), ("pdd", "canary-pdd", "canary-tmall")])
def test_a_notice_names_the_reading_platforms_account_only(platform: str, own: str, foreign: str) -> None:
    text = msgspec.json.encode(_notice(platform)).decode()
    assert own in text and foreign not in text


def test_of_the_sanctions_it_names_only_its_own_account_numbers() -> None:
    accounts = [(fact.entity, fact.account) for fact in _notice("tmall").facts]
    assert accounts == [("Tmall Ltd", "shop-1"), ("PDD Ltd", None)]
    for field, rule in STATED.items():
        assert all((getattr(fact, field) is not None) or rule is Rule.OWN for fact in _notice("tmall").facts)
