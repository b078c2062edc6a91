"""The rules of the contract that no schema says, and what becomes of what is proper."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from events.facts.enforcement import EnforcementAcknowledged
from events.facts.fact import Statement
from events.facts.sanction import DirectiveRef, SanctionImposed
from events.wire.problems import Invalid
from events.wire.rules import is_uscc
from events.wire.statement import Member, fact_name, parse_structured
from tests.wire.made import ACCOUNT, ARRIVAL, HASH, NAMES, NOON, SUBJECT_ID, body, event

DOCUMENT = {"name": "某市市场监督管理局", "document": "市监处罚〔2026〕88号", "issued_on": "2026-11-01", "sha256": HASH}


def fact_of(said: dict[str, Any], member: Member = ARRIVAL.member) -> Statement:
    return parse_structured(body(said), ARRIVAL._replace(member=member)).fact


def refused(said: dict[str, Any], member: Member = ARRIVAL.member) -> str:
    with pytest.raises(Invalid) as invalid:
        fact_of(said, member)
    return invalid.value.code


@pytest.mark.parametrize("code", ["913100007109328220", "91350100M000100Y43"])
def test_a_proper_credit_code(code: str) -> None:
    assert is_uscc(code)
    assert fact_of(event(merchant={"account": ACCOUNT, "uscc": code})).uscc == code


def test_one_wrong_character_of_a_credit_code_is_found() -> None:
    proper = "91350100M000100Y43"
    for place in range(18):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if other != proper[place]:
                assert not is_uscc(proper[:place] + other + proper[place + 1 :])


@pytest.mark.parametrize("member_class", ["reviewer", "approver", "panel", "regulator"])
def test_people_of_the_hub_make_no_statements(member_class: Any) -> None:
    assert refused(event(), Member("tmall", member_class)) == "wrong-class"


@pytest.mark.parametrize("name", NAMES)
def test_authorities_state_everything_but_notices(name: str) -> None:
    said, member = event(name, source="/authorities/samr"), Member("samr", "authority")
    if name.startswith("notice."):
        assert refused(said, member) == "wrong-class"
    else:
        assert fact_of(said, member).source == "/authorities/samr"


def test_the_class_is_the_credentials_and_never_the_bodys() -> None:
    assert refused(event(source="/authorities/tmall")) == "wrong-source"
    assert refused(event(source="/platforms/samr"), Member("samr", "authority")) == "wrong-source"


@pytest.mark.parametrize("measure", ["remove_item", "rectify", "warn", "points", "demote", "expel"])
def test_other_measures_need_no_end(measure: str) -> None:
    fact = fact_of(event(measure=measure, ends=...))
    assert isinstance(fact, SanctionImposed) and fact.ends is None


def test_an_authoritys_decision_comes_with_its_document() -> None:
    fact = fact_of(event(decided_by="authority", authority=DOCUMENT))
    assert isinstance(fact, SanctionImposed) and fact.authority is not None
    assert (fact.authority.document, fact.authority.issued_on.isoformat()) == ("市监处罚〔2026〕88号", "2026-11-01")
    assert refused(event(decided_by="authority", authority=DOCUMENT | {"uscc": "11350100003600101N"})) == "bad-uscc"
    assert refused(event(decided_by="authority", authority=DOCUMENT | {"issued_on": "2026-13-01"})) == "bad-moment"
    assert refused(event(decided_by="authority", authority=DOCUMENT | {"issued_on": "2500-01-01"})) == "bad-moment"


def test_a_derived_sanction_says_which_directive_caused_it() -> None:
    fact = fact_of(event(origin={"kind": "derived", "directive": {"subject_id": SUBJECT_ID, "seq": 4}}))
    assert isinstance(fact, SanctionImposed)
    assert (fact.derived, fact.directive) == (True, DirectiveRef(UUID(SUBJECT_ID), 4))


def test_an_acknowledgement_may_leave_the_merchant_out() -> None:
    fact = fact_of(event("enforcement.acknowledged", merchant=...) | {"subject": SUBJECT_ID})
    assert isinstance(fact, EnforcementAcknowledged)
    assert (fact.account, fact.key, fact.uscc) == (SUBJECT_ID, SUBJECT_ID, None)


def test_moments_become_utc_and_the_hub_adds_its_own() -> None:
    fact = fact_of(event())
    assert isinstance(fact, SanctionImposed)
    assert fact.recorded_at == NOON
    assert fact.time == datetime(2026, 11, 20, 3, 59, 30, tzinfo=UTC)
    assert {str(moment.tzinfo) for moment in (fact.time, fact.begins, fact.ends) if moment} == {"UTC"}


@pytest.mark.parametrize("time", ["2026-11-20T03:59:30Z", "2026-11-20T11:59:30.123456+08:00", "2026-02-28T23:59:59-11:00"])
def test_moments_with_any_offset(time: str) -> None:
    assert fact_of(event() | {"time": time}).time == datetime.fromisoformat(time)


def test_optional_fields_may_be_null() -> None:
    fact = fact_of(event(quantity=None, authority=None, merchant={"account": ACCOUNT, "uscc": None, "name": None}))
    assert isinstance(fact, SanctionImposed) and (fact.quantity, fact.authority, fact.uscc) == (None, None, None)


def test_metrics_know_only_types_of_the_catalogue() -> None:
    assert fact_name("liancheng.report.filed.v1") == "report.filed.v1"
    assert fact_name("liancheng.张三.v1") == "unknown"


def test_the_road_of_a_record_is_in_the_fact() -> None:
    arrival = ARRIVAL._replace(road="liancheng.ingress.tmall.v1/1/42")
    assert parse_structured(body(event()), arrival).fact.road == "liancheng.ingress.tmall.v1/1/42"
