"""The load is what the contract allows, the same for the same seed, and looks like a platform's day."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import msgspec

from events.wire.statement import Arrival, Member, Parsed, parse_batch
from tests.bench.load import Load

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
ARRIVAL = Arrival(Member("bench", "platform"), b"k" * 32, NOW, b"s" * 16, "0" * 32)


def load(seed: int = 1, name: str = "run", **more: bool) -> Load:
    return Load("bench", seed, name, NOW, **more)


def test_every_statement_is_accepted() -> None:
    bodies = [*load().batches(20), *load().introductions(300)]
    assert all(isinstance(one, Parsed) for body in bodies for one in parse_batch(body, ARRIVAL))


def test_the_same_seed_says_the_same() -> None:
    assert load().batches(3) == load().batches(3)
    assert load(seed=1).batches(1) != load(seed=2).batches(1)


def test_no_id_is_said_twice_also_in_another_run() -> None:
    first, other = load(), load(name="other")
    ids = [event["id"] for event in [*first.events(500), *first.events(500), *other.events(500)]]
    assert len(set(ids)) == len(ids)


def test_all_kinds_of_statements_come_mixed() -> None:
    events = list(load().events(5_000))
    shares = Counter(event["type"].split(".")[1] for event in events)
    assert shares["report"] > shares["evidence"] > shares["sanction"] > shares["merchant"] > 0
    assert sum(a["type"] == b["type"] for a, b in pairwise(events)) < len(events) / 2


def test_a_few_accounts_are_named_all_the_time() -> None:
    named = Counter(event["subject"] for event in load().events(5_000))
    assert named.most_common(1)[0][1] > 10 * named.total() / len(named)


def test_a_backlog_of_reports_has_nothing_else() -> None:
    (body,) = load(reports_only=True).batches(1, 500)
    assert {event["type"].split(".")[1] for event in msgspec.json.decode(body)} == {"report"}
