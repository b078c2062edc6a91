"""One role a process, and default deny: on the database and on Kafka nobody has more than the tables say."""

import secrets as randomness
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256

import psycopg
import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from deploy.local import enrol
from deploy.local.access.secrets import ROLES
from deploy.local.enrol import Credentials
from deploy.local.tell import Trouble
from events.transport.kafka import Kafka, producer
from events.transport.topics import DIRECTIVE_TOPIC, ingress_topic, internal_topic
from tests.support.stack import Broker, Database

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def member(database: Database, kafka: Broker, code: str, member_class: str = "platform", entity: str = "") -> Credentials:
    with database.connect() as owner:
        wanted = enrol.apply(code, member_class, entity)
        return enrol.enrol(owner, kafka.admin, kafka.bootstrap, wanted, NOW, randomness.token_hex)


def as_member(given: Credentials) -> KafkaProducer:
    assert given.kafka is not None
    return producer(Kafka(given.kafka.bootstrap, given.kafka.username, given.kafka.password))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("change", ["UPDATE hub_events SET state = ''", "DELETE FROM hub_events", "TRUNCATE hub_events"])
def test_nobody_changes_the_log(module_database: Database, role: str, change: str) -> None:
    with module_database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(change)  # type: ignore[call-overload]


@pytest.mark.parametrize("role", ["relay", "projections", "standing", "directives", "regulator"])
def test_who_only_reads_cannot_append(module_database: Database, role: str) -> None:
    with module_database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(
            "INSERT INTO hub_events (originator_id, originator_version, topic, state) VALUES (gen_random_uuid(), 1, 'x', '')"
        )


@pytest.mark.parametrize("role", [role for role in ROLES if role != "adjudication"])
def test_only_adjudication_reads_the_vault(module_database: Database, role: str) -> None:
    with module_database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT words FROM vault")


def test_a_wrong_password_is_no_entry(module_database: Database) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(module_database.owner, user="gateway", password="guess")


def test_other_roles_do_not_enter_the_database(module_database: Database) -> None:
    with module_database.connect() as owner:
        owner.execute("CREATE ROLE stranger LOGIN PASSWORD 'known'")
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(module_database.owner, user="stranger", password="known")
        owner.execute("DROP ROLE stranger")


def test_a_key_is_shown_once_and_stored_hashed(database: Database, kafka: Broker) -> None:
    given = member(database, kafka, "tmall")
    lc, code, key_id, secret = given.key.split("_")
    with database.connect("gateway") as connection:
        rows = connection.execute("SELECT key_id, code, digest FROM credential").fetchall()
    assert (lc, code) == ("lc", "tmall")
    assert rows == [(key_id, "tmall", sha256(secret.encode()).digest())]


def test_a_member_is_enrolled_once_whatever_keys_it_has(database: Database, kafka: Broker) -> None:
    first, second = member(database, kafka, "tmall", entity="alibaba"), member(database, kafka, "tmall")
    assert first.key != second.key
    assert second.entity == "alibaba"
    with database.connect() as owner:
        assert owner.execute("SELECT topic FROM hub_events").fetchall() == [("member.enrolled.v1",)]
        assert owner.execute("SELECT count(*) FROM credential").fetchone() == (2,)


def test_a_code_is_of_one_class_and_one_entity(database: Database, kafka: Broker) -> None:
    member(database, kafka, "tmall", entity="alibaba")
    with pytest.raises(Trouble, match="already a member of class platform"):
        member(database, kafka, "tmall", "regulator")
    with pytest.raises(Trouble, match="enrolled for the entity alibaba"):
        member(database, kafka, "tmall", entity="pdd")


@pytest.mark.parametrize("code", ["T", "tmall_1", "1688", "x" * 32, "", "hub", "clock"])
def test_a_code_that_the_contract_does_not_know_is_refused(code: str) -> None:
    with pytest.raises(Trouble, match="MEMBER="):
        enrol.apply(code, "platform", "")


def test_a_class_that_the_contract_does_not_know_is_refused() -> None:
    with pytest.raises(Trouble, match="CLASS='judge' is none of platform, authority"):
        enrol.apply("tmall", "judge", "")


def test_people_get_no_kafka(database: Database, kafka: Broker) -> None:
    assert member(database, kafka, "reviewer-1", "reviewer").kafka is None


def test_a_member_writes_its_ingress_and_nothing_else(database: Database, kafka: Broker) -> None:
    member(database, kafka, "pdd")
    with closing(as_member(member(database, kafka, "tmall"))) as tmall:
        assert tmall.send(ingress_topic("tmall"), b"{}").get(10).offset >= 0
        for foreign in (ingress_topic("pdd"), internal_topic("sanction"), DIRECTIVE_TOPIC):
            with pytest.raises(TopicAuthorizationFailedError):
                tmall.send(foreign, b"{}").get(10)


def test_both_keys_of_a_member_work_on_kafka(database: Database, kafka: Broker) -> None:
    keys = [member(database, kafka, "tmall"), member(database, kafka, "tmall")]
    for given in keys:
        with closing(as_member(given)) as tmall:
            assert tmall.send(ingress_topic("tmall"), b"{}").get(10).offset >= 0


def test_a_member_that_is_called_like_a_process_is_not_one(database: Database, kafka: Broker) -> None:
    with closing(as_member(member(database, kafka, "relay"))) as impostor, pytest.raises(TopicAuthorizationFailedError):
        impostor.send(internal_topic("sanction"), b"{}").get(10)
    with closing(producer(kafka.user("relay"))) as relay:
        assert relay.send(internal_topic("sanction"), b"x", partition=0).get(10).offset >= 0


@pytest.mark.parametrize("user", ["ingress", "adjudication", "projections"])
def test_only_the_relay_writes_internal_topics(kafka: Broker, user: str) -> None:
    with (
        closing(KafkaProducer(**kafka.user(user).client(), enable_idempotence=False)) as other,
        pytest.raises(TopicAuthorizationFailedError),
    ):
        other.send(internal_topic("dossier"), b"x").get(10)


def test_a_stranger_does_not_get_in(kafka: Broker) -> None:
    with pytest.raises(KafkaError):
        KafkaProducer(**Kafka(kafka.bootstrap, "relay", "guess").client(), bootstrap_timeout_ms=1500)
