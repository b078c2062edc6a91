"""What was said once holds for ever: an older version of a fact is replayed, and a journal sent again a year later changes nothing."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from msgspec.structs import replace

from events import catalogue
from events.facts.fact import Fact
from events.facts.report import ReportAnswered
from events.transport.envelope import Span, pack
from events.transport.faust_worker import Message
from events.transport.follow import Consumer, Delivered, Follower
from events.transport.kafka import Kafka
from events.transport.positions import TP
from events.transport.store import Store, read
from events.transport.topics import internal_topic, key_hash, partition_of
from tests.support.stack import Database
from tests.transport.statements import answered, appealed

OLD = "report.answered.v0"
KEY = key_hash(answered().fact.key)
PLACE = TP(internal_topic("report"), partition_of(KEY))
DIGEST = "SELECT count(*), md5(string_agg(notification_id || encode(state, 'hex'), ',' ORDER BY notification_id)) FROM hub_events"


def newer(old: dict[str, Any]) -> dict[str, Any]:
    """The first release called the report's number `number`."""
    return {"report" if name == "number" else name: value for name, value in old.items()} | {"fact": ReportAnswered.tag()}


@pytest.mark.parametrize("road", ["kafka", "store"])
def test_both_released_versions_of_a_fact_are_replayed(database: Database, road: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.UPCASTERS, OLD, newer)
    first, second = answered("1").fact, answered("2").fact
    state = msgspec.json.encode({"number" if k == "report" else k: v for k, v in msgspec.to_builtins(first).items()} | {"fact": OLD})
    with database.connect() as owner:
        owner.execute(
            "INSERT INTO hub_events (originator_id, originator_version, topic, state, lane, key) VALUES (%s, 1, %s, %b, 5, %s)",
            (uuid4(), OLD, state, KEY),
        )
        with closing(Store(database.conninfo("gateway"))) as store:
            store.append_statements([answered("2"), answered("3")])
        owner.execute("INSERT INTO position (consumer, topic, partition, epoch) VALUES ('bench', %s, %s, 1)", PLACE)
        rows = read(owner, [5], 0, 2**62, 10)
    sent = rows if road == "kafka" else rows[2:]  # the first two are then a hole
    replayed: list[Fact] = []

    def apply(_: psycopg.Connection, facts: Sequence[Delivered]) -> None:
        replayed.extend(it.fact for it in facts)

    span = Span(sent[0].id, sent[-1].id, 0 if road == "kafka" else rows[1].id, 1, len(sent))
    nowhere = Kafka("127.0.0.1:1", "nobody", "")
    bench = Consumer("bench", frozenset({"report"}), apply)
    with closing(Follower(conninfo=database.owner, kafka=nowhere, lanes=["report"], consumers=lambda _: [bench])) as follower:
        follower.process([Message(PLACE, 0, None, pack([(row.id, row.state) for row in sent]), span.headers())])
    with database.connect() as owner:
        assert owner.execute("SELECT count(*) FROM refusal").fetchone() == (0,)  # no envelope was taken for damaged
    assert replayed[:2] == [first, second]
    assert len(replayed) == 3


def test_the_journal_of_a_day_sent_again_a_year_later_changes_nothing(database: Database) -> None:
    journal = [make(f"{n}", account=f"shop-{n % 7}") for n in range(300) for make in (answered, appealed) if n % 2 == (make is answered)]
    later = [it._replace(fact=replace(it.fact, recorded_at=it.fact.recorded_at + timedelta(days=365), trace="ab" * 16)) for it in journal]
    with closing(Store(database.conninfo("gateway"))) as store, database.connect() as owner:
        first = store.append_statements(journal)
        before = owner.execute(DIGEST).fetchone()
        again = store.append_statements(later)
        assert owner.execute(DIGEST).fetchone() == before
    assert {it.outcome for it in again} == {"duplicate"}
    assert [it._replace(outcome="accepted") for it in again] == first
