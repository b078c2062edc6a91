"""The outbox on a real file: what was put is there after a restart, and leaves only by an outcome."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.client.hub import ProblemDetails
from events.client.publish.outbox import AlreadySaid, Outbox, Outcome, Receipt, Tally
from events.client.statement import Member, Merchant, Statement, statement

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path / "outbox.db")) as opened:
        yield opened


def said(id: str, name: str | None = None) -> Statement:
    return statement(Member("pdd"), "merchant.declared", Merchant("shop-1", name=name), {}, id=id, time=NOON)


def receipt(id: str) -> Outcome:
    return Outcome(id, receipt=Receipt(id, "/platforms/pdd", "accepted", 7, "00" * 32, "2026-11-20T04:00:00Z"))


def test_what_was_put_waits_after_a_restart_in_its_order(tmp_path: Path) -> None:
    with closing(Outbox(tmp_path / "outbox.db")) as first:
        first.put(said("b"), said("a"))
        first.take(10, now=100.0, resend_after=0.0)
    with closing(Outbox(tmp_path / "outbox.db")) as again:
        assert [one.id for one in again.take(10, now=101.0, resend_after=0.0)] == ["b", "a"]


def test_an_outcome_ends_the_waiting_and_is_kept(outbox: Outbox) -> None:
    outbox.put(said("a"), said("b"))
    assert outbox.settle([receipt("a")]) == [receipt("a")]
    assert [one.id for one in outbox.take(10, now=1.0, resend_after=0.0)] == ["b"]
    assert outbox.outcome("a") == receipt("a")
    assert outbox.outcome("b") is None


def test_the_first_outcome_stays(outbox: Outbox) -> None:
    outbox.put(said("a"))
    outbox.settle([receipt("a")])
    assert outbox.settle([Outcome("a", problem=ProblemDetails(status=409))]) == []
    assert outbox.outcome("a") == receipt("a")


def test_putting_the_same_again_is_nothing_and_another_content_is_refused(outbox: Outbox) -> None:
    assert outbox.put(said("a")) == 1
    assert outbox.put(said("a")) == 0
    with pytest.raises(AlreadySaid):
        outbox.put(said("b"), said("a", name="另一家"))
    assert outbox.tally() == Tally(1, 0, 0, 0), "all or none"


def test_what_is_made_anew_after_a_crash_leaves_the_first(outbox: Outbox) -> None:
    outbox.put(said("a"))
    assert outbox.put_unless_known(said("a", name="另一家"), said("b"), bookmark=("notices", "t1")) == 1
    assert outbox.take(1, now=1.0, resend_after=0.0) == [said("a")]
    assert outbox.bookmark("notices") == "t1"


def test_what_was_sent_is_not_taken_again_before_its_time(outbox: Outbox) -> None:
    outbox.put(said("a"))
    taken = outbox.take(10, now=100.0, resend_after=30.0)
    assert outbox.take(10, now=129.0, resend_after=30.0) == []
    assert outbox.take(10, now=130.0, resend_after=30.0) == taken
    outbox.again(taken)
    assert outbox.take(10, now=131.0, resend_after=30.0) == taken


def test_statements_are_counted_by_what_became_of_them(outbox: Outbox) -> None:
    outbox.put(*(said(f"day-{n}") for n in range(4)), said("other"))
    repeated = Outcome("day-1", receipt=receipt("day-1").receipt, repeated=True)
    outbox.settle([receipt("day-0"), repeated, Outcome("day-2", problem=ProblemDetails(status=422))])
    assert outbox.tally("day-") == Tally(waiting=1, accepted=2, refused=1, repeated=1)


def test_receipts_up_to_a_position_can_be_forgotten(outbox: Outbox) -> None:
    outbox.put(said("a"), said("b"))
    outbox.settle([receipt("a")])
    assert outbox.forget(6) == 0
    assert outbox.forget(7) == 1
    assert outbox.outcome("a") is None
    assert outbox.tally().waiting == 1
