"""Every piece of bad input gets a code of the closed list and the place of the fault, alone and in a batch."""

import pytest

from events.wire.problems import PROBLEMS, Invalid
from events.wire.receipt import problem
from events.wire.statement import Parsed, parse_batch, parse_record, parse_structured
from tests.wire.corpus import CASES, Case, batch
from tests.wire.made import ACCOUNT, ARRIVAL, body, event

STRUCTURED = [("content-type", b"application/cloudevents+json; charset=utf-8")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_statement_alone(case: Case) -> None:
    with pytest.raises(Invalid) as refused:
        parse_structured(case.body, ARRIVAL)
    fault = refused.value.faults[0]
    assert (fault.code, fault.pointer) == (case.code, case.pointer)
    assert refused.value.code in PROBLEMS
    assert fault.detail


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_kafka_record(case: Case) -> None:
    with pytest.raises(Invalid) as refused:
        parse_record(ACCOUNT.encode(), STRUCTURED, case.body, ARRIVAL)
    assert (refused.value.code, refused.value.faults[0].pointer) == (case.code, case.pointer)


NOT_A_BATCH = {"empty", "two statements", "half a statement", "10,000 levels, never closed", "UTF-16", "rubbish"}
"""Within an array these change what its items are."""


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in NOT_A_BATCH], ids=lambda case: case.name)
def test_in_a_batch_it_harms_no_neighbour(case: Case) -> None:
    first, refused, last = parse_batch(batch(body(event(id="a")), case.body, body(event(id="b"))), ARRIVAL)
    assert isinstance(first, Parsed) and first.fact.id == "a"
    assert isinstance(last, Parsed) and last.fact.id == "b"
    assert isinstance(refused, Invalid)
    assert (refused.code, refused.faults[0].pointer) == (case.code, case.pointer)


def test_a_problem_quotes_nothing_that_was_said() -> None:
    said = body(event("report.filed", category="张三 13800000000", text="李四的电话"))
    with pytest.raises(Invalid) as refused:
        parse_structured(said, ARRIVAL)
    told = str(problem(refused.value))
    assert "张三" not in told
    assert "One of: counterfeit, forbidden_goods" in told


def test_every_broken_rule_is_named() -> None:
    said = event(ends=..., decided_by="authority", merchant={"account": "another", "uscc": "91350100M000100Y44"})
    with pytest.raises(Invalid) as refused:
        parse_structured(body(said), ARRIVAL)
    assert {fault.code for fault in refused.value.faults} == {"missing-end", "document-mismatch", "account-mismatch", "bad-uscc"}


def test_a_refusal_names_the_statement_when_its_id_can_be_read() -> None:
    with pytest.raises(Invalid) as refused:
        parse_structured(body(event(id="st-9", measure="x")), ARRIVAL)
    assert refused.value.statement_id == "st-9"
    with pytest.raises(Invalid) as unreadable:
        parse_structured(body(event(id="has space")), ARRIVAL)
    assert unreadable.value.statement_id is None


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "not-json"),
        (b"{}", "not-json"),
        (b"[1,2", "not-json"),
        (b"[{]}", "not-json"),
        (b"[1] [2]", "not-json"),
        (b"[[1]", "not-json"),
        (b"[" + b"{}," * 500 + b"{}]", "too-large"),
        (b"\xff", "not-json"),
    ],
)
def test_what_is_no_batch_at_all(sent: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_batch(sent, ARRIVAL)
    assert (refused.value.code, refused.value.faults[0].pointer) == (code, "#")


def test_an_empty_batch_is_a_batch() -> None:
    assert parse_batch(b" [ ] ", ARRIVAL) == []


def test_a_batch_whose_item_holds_brackets_in_strings_is_cut_where_its_items_end() -> None:
    said = body(event("report.filed", text='"]},{[ \\" 1,2'))
    parsed = parse_batch(batch(said, b"NaN", said), ARRIVAL)
    assert [isinstance(one, Parsed) for one in parsed] == [True, False, True]
