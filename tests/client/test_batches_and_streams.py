"""What goes over the wire: batches within the hub's limits, and server-sent events read after the standard."""

from events.client.follow.live import Sent, parse
from events.client.publish.http import BATCH_BYTES, BATCH_ITEMS, batches
from events.client.publish.kafka import outcome_of
from events.client.statement import LIMIT, Statement


def sized(n: int, size: int) -> list[Statement]:
    return [Statement(str(number), "shop-1", b"x" * size) for number in range(n)]


def test_batches_hold_what_the_limits_allow_in_the_same_order() -> None:
    statements = sized(BATCH_ITEMS + 1, 10) + sized(20, LIMIT)
    made = batches(statements)
    assert [one for batch in made for one in batch] == statements
    assert [len(batch) for batch in made[:1]] == [BATCH_ITEMS]
    for batch in made:
        assert len(batch) <= BATCH_ITEMS
        assert len(b"[" + b",".join(one.event for one in batch) + b"]") <= BATCH_BYTES


def test_nothing_is_no_batch() -> None:
    assert batches([]) == []


def test_events_are_read_with_their_kind_and_comments_are_passed_over() -> None:
    lines = [": heartbeat", "id: t0", "", "id: t1", "data: {", "data:}", "", "event: state", "data: {}", "id: t1", ""]
    assert list(parse(iter(lines))) == [Sent("", "{\n}"), Sent("state", "{}")]


def test_an_event_that_broke_off_is_not_read() -> None:
    assert list(parse(iter(["data: {}"]))) == []


def test_a_refusal_without_a_key_settles_nothing() -> None:
    assert outcome_of(None, b"{}") is None
    refused = outcome_of(b"a", b'{"id": "a", "status": "refused", "problem": {"type": "/problems/bad-uscc", "status": 422}}')
    assert refused is not None
    assert refused.problem is not None
    assert refused.problem.code == "bad-uscc"
