"""What the client builds passes the hub's own rules for statements: an id, a time, a subject, nothing that is refused."""

from datetime import UTC, datetime

import pytest

from deploy.demo.shop.day import day, figures, shares
from events.client.follow.directive import Directive
from events.client.notices import Notice, delivered, failed
from events.client.statement import Member, Merchant, Statement, TooLarge, acknowledged, pseudonym, statement
from events.wire import statement as wire

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
PDD = Member("pdd")
SUBJECT = "0b6a5a2e-8f0d-5d5c-9a51-5b6e1c1f7a10"
ARRIVAL = wire.Arrival(wire.Member("pdd", "platform"), bytes(32), NOON, bytes(16), "0" * 32)


def taken(said: Statement) -> str:
    """The name of the fact that the hub makes of it, over HTTP and as a Kafka record."""
    fact = wire.parse_structured(said.event, ARRIVAL).fact
    record = wire.parse_record(said.key.encode(), [("content-type", b"application/cloudevents+json")], said.event, ARRIVAL).fact
    assert (fact.id, fact.sha256) == (said.id, record.sha256)
    return fact.tag()


def test_every_statement_of_a_day_in_small() -> None:
    said = day(figures(), PDD, "day-1", 7, NOON)
    for one in said:
        assert taken(statement(PDD, one.name, one.merchant, one.data, id=one.id, time=one.time)) == f"{one.name}.v1"
    assert len({one.id for one in said}) == len(said)


def test_a_day_has_the_published_shares() -> None:
    counts = shares([one for seed in range(40) for one in day(figures(), PDD, "day-1", seed, NOON)])
    assert counts["upheld"] / counts["reports"] == pytest.approx(0.42, abs=0.04)
    assert counts["automated"] / counts["own"] == pytest.approx(0.973, abs=0.01)
    assert counts["reversed"] / counts["complaints"] == pytest.approx(0.355, abs=0.05)
    assert 20 < counts["suspensions"] < 120


@pytest.mark.parametrize("state", ["received", "enforced", "unable", "absent", "contested", "lifted"])
def test_every_answer_to_a_directive(state: str) -> None:
    directive = Directive(SUBJECT, 3, "restricted")
    said = acknowledged(PDD, directive, state, time=NOON, action="停止交易", reason="按平台规则")  # type: ignore[arg-type]
    assert said.key == SUBJECT
    assert taken(said) == "enforcement.acknowledged.v1"


def test_a_notice_delivered_or_not() -> None:
    notice = Notice("n-1", "店铺 88", "restricted")
    assert taken(delivered(PDD, notice, b"read", time=NOON)) == "notice.delivered.v1"
    assert taken(failed(PDD, notice, "账号已注销", time=NOON)) == "notice.failed.v1"


def test_a_moment_without_offset_and_a_statement_too_large_are_refused_before_they_are_sent() -> None:
    with pytest.raises(ValueError, match="offset"):
        statement(PDD, "merchant.declared", Merchant("shop-1"), {}, id="a", time=datetime(2026, 11, 20))  # noqa: DTZ001
    with pytest.raises(TooLarge):
        statement(PDD, "report.filed", Merchant("shop-1"), {"text": "x" * 300_000}, id="a", time=NOON)


def test_a_pseudonym_is_the_same_for_the_same_person_and_needs_the_key() -> None:
    assert pseudonym(b"k", "张三") == pseudonym(b"k", "张三")
    assert len({pseudonym(b"k", "张三"), pseudonym(b"k", "李四"), pseudonym(b"other", "张三")}) == 3
