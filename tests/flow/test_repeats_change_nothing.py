"""One space of ids over every road: the same statement again is answered with the first receipt and has no second effect."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import time

import pytest

from deploy.demo.patience import until
from events.client.publish.kafka import KafkaRoad, Receipts
from events.client.publish.outbox import Outbox, Outcome
from events.client.publish.publisher import Publisher
from events.client.statement import Statement
from tests.flow.members import Platform
from tests.flow.world import World


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path / "outbox.db")) as opened:
        yield opened


def by_kafka(platform: Platform, outbox: Outbox, *statements: Statement) -> list[Outcome]:
    """Through a topic of the platform's own, until each has its outcome."""
    outbox.put(*statements)
    receipts = Receipts(platform.access, platform.code, outbox)
    publisher = Publisher(outbox, KafkaRoad(platform.access, platform.code), clock=time)
    receipts.start()
    publisher.start()
    try:
        until("receipts", lambda: None if outbox.tally().waiting else True, 30.0, every=0.05)
    finally:
        publisher.stop()
        receipts.stop()
    return [outcome for statement in statements if (outcome := outbox.outcome(statement.id)) is not None]


def test_the_same_by_http_twice_and_by_kafka_is_one_statement(world: World, outbox: Outbox) -> None:
    who = world.merchant()
    said = world.beta.make("sanction.imposed", who, world.beta.sanction(who, "limit"))
    first, again = world.beta.road.send([said])[0], world.beta.road.send([said])[0]
    batch = world.beta.road.send([said, world.beta.make("merchant.declared", who, {})])[0]
    kafka = by_kafka(world.beta, outbox, said)[0]
    assert (first.repeated, again.repeated, batch.repeated) == (False, True, True)
    assert first.receipt is not None
    positions = {outcome.receipt.position for outcome in (first, again, batch, kafka) if outcome.receipt}
    assert positions == {first.receipt.position}
    assert world.settled(who, lambda found: found.score == 820, "820").tier == "watch", "120 points, half as much again, once"


def test_kafka_first_and_http_after(world: World, outbox: Outbox) -> None:
    who = world.merchant()
    said = world.gamma.make("sanction.imposed", who, world.gamma.sanction(who, "warn"))
    first = by_kafka(world.gamma, outbox, said)[0]
    again = world.gamma.road.send([said])[0]
    assert first.receipt is not None
    assert again.receipt is not None
    assert (first.repeated, again.repeated) == (False, True)
    assert (first.receipt.position, first.receipt.sha256) == (again.receipt.position, again.receipt.sha256)


def test_another_content_under_the_same_id_is_refused_on_both_roads(world: World, outbox: Outbox) -> None:
    who, other = world.merchant(), world.merchant()
    first = world.beta.make("merchant.declared", who, {})
    assert world.beta.road.send([first])[0].receipt is not None
    conflicting = world.beta.make("merchant.declared", other, {}, id=first.id)
    http, kafka = world.beta.road.send([conflicting])[0], by_kafka(world.beta, outbox, conflicting)[0]
    assert [outcome.problem.code for outcome in (http, kafka) if outcome.problem] == ["conflict", "conflict"]


def test_one_bad_record_harms_no_neighbour(world: World, outbox: Outbox) -> None:
    who = world.merchant()
    good = [world.gamma.make("merchant.declared", who, {}) for _ in range(3)]
    bad = world.gamma.make("sanction.imposed", who, {"sanction": "S-1", "measure": "scold"})
    outcomes = by_kafka(world.gamma, outbox, good[0], bad, good[1], good[2])
    assert [outcome.receipt is not None for outcome in outcomes] == [True, False, True, True]
    assert outcomes[1].problem is not None
    assert outcomes[1].problem.errors


def test_the_log_holds_each_once(world: World) -> None:
    with world.hub.connect() as conn:
        rows = conn.execute(
            "SELECT count(*), count(DISTINCT originator_id) FROM hub_events WHERE topic = 'merchant.declared.v1'"
        ).fetchone()
    assert rows is not None
    assert rows[0] == rows[1]
