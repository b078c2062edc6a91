"""A key that was stolen: what came under it is found, it is ended by HTTP and on Kafka, and its sanctions can be taken back."""

import secrets as randomness
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError

from deploy.keys import command
from deploy.keys.command import Wish
from deploy.keys.kept import Key, keys
from deploy.keys.overturn import overturned
from deploy.keys.said import said_under
from deploy.local import enrol
from deploy.local.enrol import Credentials
from deploy.local.processes import Reach
from deploy.local.tell import Trouble
from events.transport.kafka import Kafka, producer
from events.transport.store import Submission, append, append_statements
from events.wire.statement import Arrival, Member, parse_structured
from tests.projections.story import attached
from tests.support.stack import Broker, Database
from tests.wire.made import ACCOUNT, body, event

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def record(database: Database, key_id: str | None, id: str, at: datetime = NOW, road: str | None = None, **more: object) -> int:
    """tmall says something under a key; its position."""
    arrival = Arrival(Member("tmall", "platform"), bytes(32), at, bytes(16), "0" * 32, road, key_id)
    parsed = parse_structured(body(event(id=id, **more)), arrival)
    with database.connect("gateway") as conn:
        return append_statements(conn, [Submission(*parsed)])[0].position


def key(database: Database, key_id: str, code: str = "tmall") -> Key:
    with database.connect() as conn:
        conn.execute(
            "INSERT INTO member (code, class, entity, enrolled_at) VALUES (%s, 'platform', %s, %s) ON CONFLICT DO NOTHING",
            (code, code, NOW),
        )
        conn.execute("INSERT INTO credential (key_id, code, digest, created_at) VALUES (%s, %s, '', %s)", (key_id, code, NOW))
        return keys(conn, key_id=key_id)[0]


def test_what_came_under_a_key_is_told_apart_from_what_came_under_another(database: Database) -> None:
    stolen, _ = key(database, "aaaa0001"), key(database, "bbbb0002")
    before = record(database, "aaaa0001", "before", NOW - timedelta(hours=1))
    mine = [record(database, "aaaa0001", "s-1"), record(database, "aaaa0001", "s-2")]
    record(database, "bbbb0002", "other-key")
    by_kafka = record(database, None, "k-1", road="liancheng.ingress.tmall.v1/0/7")
    with database.connect() as conn:
        found = {(it.position, it.by_kafka) for it in said_under(conn, stolen, NOW)}
        assert found == {(mine[0], False), (mine[1], False), (by_kafka, True)}
        assert {it.position for it in said_under(conn, stolen, NOW - timedelta(days=1))} == {before, *mine, by_kafka}


def test_the_gap_between_two_epochs_is_stepped_over(database: Database) -> None:
    stolen = key(database, "aaaa0001")
    first = record(database, "aaaa0001", "s-1")
    with database.connect() as conn:
        conn.execute("SELECT setval('hub_events_notification_id_seq', %s, false)", (2 << 40,))
    second = record(database, "aaaa0001", "s-2")
    with database.connect() as conn:
        assert [it.position for it in said_under(conn, stolen, NOW)] == [first, second]


def test_sanctions_are_taken_back_once_a_number_with_ids_that_stay_the_same(database: Database) -> None:
    stolen = key(database, "aaaa0001")
    record(database, "aaaa0001", "r-1", name="report.filed")
    position = record(database, "aaaa0001", "s-1", name="sanction.imposed")
    with database.connect() as conn:
        found = list(said_under(conn, stolen, NOW))
    (lift,) = overturned([*found, *found], NOW)
    assert (lift.id, lift.key) == (f"overturn-{position}", ACCOUNT)
    said = msgspec.json.decode(lift.event)
    assert (said["type"], said["data"]["reason"], said["source"]) == ("liancheng.sanction.lifted.v1", "overturned", "/platforms/tmall")
    # What the client makes of it, the hub takes.
    assert parse_structured(lift.event, Arrival(Member("tmall", "platform"), bytes(32), NOW, bytes(16), "0" * 32)).fact.id == lift.id


def heard() -> tuple[list[str], command.Say]:
    lines: list[str] = []
    return lines, lambda zh, en=None, /: lines.append(en or zh)


def test_the_command_lists_shows_and_writes_what_takes_it_back(database: Database, tmp_path: Path) -> None:
    key(database, "aaaa0001")
    record(database, "aaaa0001", "s-1", name="sanction.imposed")
    with database.connect("adjudication") as conn:
        append(conn, [(attached().subject_id, 1, attached())])
    reach, (lines, say) = Reach(database.owner, Kafka("127.0.0.1:1", "x", "x")), heard()
    command.look(reach, Wish(member="tmall"), NOW, say)
    assert lines[-1].split()[:3] == ["aaaa0001", "open", "tmall"]
    out = tmp_path / "overturn.jsonl"
    # The whole key as it was pasted somewhere; the secret is not needed.
    command.look(reach, Wish(said="lc_tmall_aaaa0001_secret", overturn=str(out)), NOW, say)
    assert "1 by HTTP; 0 of tmall by Kafka" in lines[-2]
    assert msgspec.json.decode(out.read_bytes().splitlines()[0])["data"]["sanction"]
    with pytest.raises(Trouble, match="there is no key"):
        command.look(reach, Wish(said="nobody"), NOW, say)


@pytest.fixture
def enrolled(database: Database, kafka: Broker) -> Iterator[tuple[Credentials, Reach]]:
    with database.connect() as owner:
        given = enrol.enrol(owner, kafka.admin, kafka.bootstrap, enrol.apply("omega", "platform", ""), NOW, randomness.token_hex)
    yield given, Reach(database.owner, kafka.stack.reach.kafka)


def speaking(given: Credentials) -> KafkaProducer:
    assert given.kafka is not None
    return producer(Kafka(given.kafka.bootstrap, given.kafka.username, given.kafka.password))


def test_a_revoked_key_ends_in_a_session_that_is_open_and_its_sibling_goes_on(
    database: Database, kafka: Broker, enrolled: tuple[Credentials, Reach]
) -> None:
    given, reach = enrolled
    with database.connect() as owner:
        sibling = enrol.enrol(owner, kafka.admin, kafka.bootstrap, enrol.apply("omega", "platform", ""), NOW, randomness.token_hex)
    assert given.kafka is not None
    with closing(speaking(given)) as thief, closing(speaking(sibling)) as member:
        thief.send(given.kafka.ingress, b"1").get(timeout=10)
        key_id, say = given.key.split("_")[2], heard()[1]
        command.look(reach, Wish(revoke=key_id, reason="stolen"), NOW, say)
        with pytest.raises(KafkaError):
            thief.send(given.kafka.ingress, b"2").get(timeout=20)
        member.send(given.kafka.ingress, b"3").get(timeout=10)
    with database.connect() as conn:
        states = {it.key_id: it.state(NOW) for it in keys(conn, "omega")}
        assert states == {key_id: "revoked", sibling.key.split("_")[2]: "open"}
        assert conn.execute("SELECT actor, purpose FROM audit WHERE resource = %s", (f"keys/{key_id}",)).fetchall() == [
            ("operations", "stolen")
        ]
    # Again is harmless.
    command.look(reach, Wish(revoke=key_id), NOW, say)


def test_without_kafka_a_key_is_revoked_by_http_all_the_same(database: Database) -> None:
    key(database, "aaaa0001")
    with pytest.raises(Trouble, match="could not be removed"):
        command.look(Reach(database.owner, Kafka("127.0.0.1:1", "x", "x")), Wish(revoke="aaaa0001"), NOW, heard()[1])
    with database.connect() as conn:
        assert keys(conn, key_id="aaaa0001")[0].state(NOW) == "revoked"


def test_nobody_but_the_owner_may_settle_a_refusal_or_revoke(database: Database) -> None:
    for role in ("gateway", "ingress", "directives"):
        with database.connect(role) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("UPDATE credential SET revoked_at = now()")
