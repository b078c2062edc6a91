"""What was refused is listed, shown and, after a fix, taken in where it would have been: under its own road, once."""

import secrets as randomness
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb

from deploy.local import enrol
from deploy.local.processes import Reach
from deploy.local.tell import Trouble
from deploy.refusals import command, kept, replay
from deploy.refusals.command import Intake, Wish
from events.transport.envelope import pack
from events.transport.kafka import Kafka, producer
from tests.support.stack import Broker, Database
from tests.wire.made import ACCOUNT, body, event

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
STRUCTURED = [("content-type", b"application/cloudevents+json")]
WHY = {"problem": {"errors": [{"code": "unknown-type", "pointer": "#/type"}]}}


class Desk(NamedTuple):
    """An operator's, with what was said at it."""

    database: Database
    intake: Intake
    lines: list[str]

    def ask(self, **wish: str) -> int:
        self.lines.clear()
        return command.look(self.intake, Wish(**wish), NOW, lambda zh, en=None, /: self.lines.append(en or zh))

    def refuse(self, record: bytes | None, topic: str = "liancheng.ingress.tmall.v1", offset: int = 0, kind: str = "refused") -> str:
        """A row as ingress leaves it; its number."""
        with self.database.connect() as conn:
            row = conn.execute(
                'INSERT INTO refusal (kind, member, topic, partition, "offset", statement_id, answer, record, recorded_at)'
                " VALUES (%s, %s, %s, 0, %s, 's-1', %s, %s, %s) RETURNING id",
                (kind, None if kind == "poison" else "tmall", topic, offset, Jsonb(WHY), record, NOW),
            ).fetchone()
        assert row is not None
        return str(row[0])

    def roads(self) -> list[str | None]:
        with self.database.connect() as conn:
            rows = conn.execute(
                "SELECT convert_from(state, 'UTF8')::json ->> 'road' FROM hub_events WHERE lane <> 3 ORDER BY notification_id"
            )
            return [row[0] for row in rows]


@pytest.fixture
def desk(database: Database, kafka: Broker) -> Iterator[Desk]:
    with database.connect() as owner:
        enrol.enrol(owner, kafka.admin, kafka.bootstrap, enrol.apply("tmall", "platform", ""), NOW, randomness.token_hex)
    yield Desk(database, Intake(Reach(database.owner, kafka.stack.reach.kafka), bytes(32), randomness.token_bytes), [])


def written(kafka: Broker, value: bytes, headers: list[tuple[str, bytes]]) -> int:
    with closing(producer(kafka.stack.reach.kafka)) as sending:
        sent = sending.send("liancheng.ingress.tmall.v1", key=ACCOUNT.encode(), value=value, headers=headers, partition=0)
        return int(sent.get(timeout=10).offset)


def test_a_record_that_kafka_still_has_is_taken_in_as_it_was_written(desk: Desk, kafka: Broker) -> None:
    """Binary: without its headers nobody could read it."""
    said = event("report.answered", id=f"b-{uuid4()}")
    value = msgspec.json.encode(said.pop("data"))
    headers = [(f"ce_{name}", str(text).encode()) for name, text in said.items() if name != "datacontenttype"]
    offset = written(kafka, value, [*headers, ("content-type", b"application/json")])
    number = desk.refuse(value, offset=offset)
    assert desk.ask(replay=number) == 0
    assert desk.lines == [f"{number}: accepted"]
    assert desk.roads() == [f"liancheng.ingress.tmall.v1/0/{offset}"]
    # A second time says what was done, and does nothing.
    assert desk.ask(replay=number) == 0
    assert desk.lines == [f"{number}: accepted"]
    assert len(desk.roads()) == 1


def test_a_record_that_kafka_has_lost_is_taken_from_what_was_put_aside(desk: Desk) -> None:
    number = desk.refuse(body(event(id="kept")), topic="liancheng.ingress.tmall.v1", offset=10**9)
    assert desk.ask(replay=number) == 0
    assert desk.roads() == ["liancheng.ingress.tmall.v1/0/1000000000"]


def test_what_is_still_wrong_stays_open_and_a_neighbour_is_taken_in(desk: Desk) -> None:
    bad, good = (
        desk.refuse(body(event(id="bad") | {"type": "liancheng.nothing.v1"}), offset=10**9),
        desk.refuse(body(event(id="good")), offset=10**9),
    )
    assert desk.ask(replay="all", member="tmall") == 1
    assert desk.lines == [f"{bad}: refused unknown-type #/type", f"{good}: accepted"]
    desk.ask()
    assert [line.split()[0] for line in desk.lines] == [bad, "1"]
    assert "unknown-type #/type" in desk.lines[0]
    desk.ask(close=bad, reason="told the member")
    desk.ask()
    assert desk.lines == ["0 open"]


def test_what_was_erased_is_gone(desk: Desk) -> None:
    assert desk.ask(replay=desk.refuse(None, offset=10**9)) == 1
    assert desk.lines[0].endswith("gone")


def test_one_is_shown_with_the_members_own_words(desk: Desk) -> None:
    number = desk.refuse(body(event(id="shown")))
    desk.ask(show=number)
    assert any('"id":"shown"' in line for line in desk.lines)
    with pytest.raises(Trouble, match="no refusal has the number"):
        desk.ask(show="4711")
    with pytest.raises(Trouble, match="needs REASON="):
        desk.ask(close=number)


def test_a_poison_record_is_compared_with_the_log(desk: Desk) -> None:
    desk.ask(replay=desk.refuse(body(event(id="in-the-log")), offset=10**9))
    with desk.database.connect() as conn:
        position, state = conn.execute("SELECT notification_id, state FROM hub_events WHERE lane <> 3").fetchone() or (0, b"")
    known, stranger = (desk.refuse(pack([(at, bytes(state))]), kind="poison") for at in (position, position + 7))
    rubbish = desk.refuse(b"\x00", kind="poison")
    assert [desk.ask(replay=number) for number in (known, stranger, rubbish)] == [0, 1, 1]


def test_a_member_that_is_gone_is_said(desk: Desk) -> None:
    number = desk.refuse(body(event()), offset=10**9)
    with desk.database.connect() as conn:
        conn.execute("UPDATE refusal SET member = 'nobody' WHERE id = %s", (number,))
        refused = kept.one(conn, int(number))
        assert refused is not None
        found = replay.put_aside(refused)
        assert found is not None
        with pytest.raises(LookupError, match="nobody is no member"):
            replay.take_in(conn, refused, found, bytes(32), NOW, randomness.token_bytes)


def test_a_replay_that_is_cut_short_leaves_nothing_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = desk.refuse(body(event(id="cut")), offset=10**9)

    def cut(*_: object) -> None:
        raise psycopg.OperationalError("cut")

    with monkeypatch.context() as patch:
        patch.setattr(replay, "settle", cut)
        with pytest.raises(psycopg.OperationalError):
            desk.ask(replay=number)
    assert desk.roads() == []
    assert desk.ask(replay=number) == 0


def test_kafka_that_is_away_is_not_taken_for_a_record_that_is_gone(desk: Desk) -> None:
    number = desk.refuse(body(event()))
    away = desk._replace(intake=desk.intake._replace(reach=desk.intake.reach._replace(kafka=Kafka("127.0.0.1:1", "x", "x"))))
    with pytest.raises(Trouble, match="Kafka"):
        away.ask(replay=number)
