"""Kafka's data is lost, PostgreSQL comes back from an older backup, the disk is full: played on a hub that is broken for it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition

from deploy.backup import command as backups
from deploy.demo.merchants import Company
from deploy.demo.patience import until
from deploy.doctor.command import examine
from deploy.doctor.patient import Disk, Patient
from deploy.local import run
from deploy.local.processes import PROCESSES
from deploy.local.stack import KAFKA
from deploy.recover import command as recovery
from events.client.publish.http import ONE
from events.transport.store import head
from events.transport.topics import DIRECTIVE_PARTITIONS, DIRECTIVE_TOPIC
from tests.drills.conftest import asked, released, restrict
from tests.flow.world import World, enrol
from tests.support.stack import Attendant, Hub, stack

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(420)]
NAMES = [process.name for process in PROCESSES]


def quiet(zh: str, en: str | None = None, /) -> None: ...


@pytest.fixture
def lost() -> Iterator[World]:
    """A hub of its own, with everybody in it; nobody starts again what a drill has stopped, but for `Attendant`s of its own."""
    with stack(demo=True, clock_scale=432_000.0) as started, ExitStack() as opened:
        started.start_servers()
        started.prepare_database()
        started.prepare_topics()
        started.start_processes()
        attendant = Attendant(started)
        opened.callback(attendant.leave)
        yield enrol(Hub(started, attendant), Random(), opened)


def said(world: World, id: str) -> int:
    """What the gateway knows of it."""
    headers = {"Authorization": f"Bearer {world.alpha.given.key}"}
    return httpx.get(f"{world.hub.url('gateway')}/v1/statements/{id}", headers=headers).status_code


def last_on_the_topic(world: World, who: Company) -> dict[str, Any]:
    """What a platform that reads the topic of directives believes of him."""
    subject = (world.reader.standing(who.uscc).subject_id or "").encode()
    places = [TopicPartition(DIRECTIVE_TOPIC, partition) for partition in range(DIRECTIVE_PARTITIONS)]

    def ask() -> dict[str, Any] | None:
        with closing(KafkaConsumer(**world.hub.stack.reach.kafka.client(), group_id=None, consumer_timeout_ms=2000)) as consumer:
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            records = [record for record in consumer if record.key == subject]
        return msgspec.json.decode(records[-1].value) if records else None

    return until("a directive on the topic", ask, 60.0, every=0.5)


def test_kafka_is_made_again_from_the_log(lost: World) -> None:
    hub, who, later = lost.hub, lost.merchant(), lost.merchant()
    number = restrict(lost, who)
    with hub.attendant.alone:
        hub.stack.supervisor.stop([*NAMES])
        hub.stack.supervisor.stop([KAFKA])
        shutil.rmtree(hub.settings.folder / "kafka")
        assert "kafka-away" in asked(hub)
        # As `make run` does after it.
        hub.stack.start_only(KAFKA)
        hub.stack.prepare_topics()
        hub.stack.start_processes()
    assert "member-topics-missing" in asked(hub)
    for code in ("alpha", "beta", "gamma"):
        hub.enrol(code)
    hub.enrol("samr", "authority")
    until("all clear", lambda: None if asked(hub) else True, 90.0, every=1.0)
    # Who is restricted still is, who is to be still comes to be, and the lift goes through.
    assert lost.gamma.bound(who)
    restrict(lost, later)
    lost.alpha.say("sanction.lifted", who, {"sanction": number, "reason": "overturned"})
    lost.settled(who, lambda found: found.tier in ("none", "watch"), "free", 30.0)
    assert last_on_the_topic(lost, who)["tier"] == "none"
    assert last_on_the_topic(lost, later)["tier"] == "restricted"


def test_the_database_comes_back_from_an_older_backup(lost: World) -> None:
    hub, before, after = lost.hub, lost.merchant(), lost.merchant()
    restrict(lost, before)
    made = backups.backup(hub.settings, backups.server(hub.settings, hub.stack.secrets, quiet), datetime.now(UTC), quiet)
    restrict(lost, after)
    receipt = lost.alpha.make("merchant.declared", after, {}, id="after-the-backup")
    assert lost.alpha.road.send([receipt])[0].receipt is not None
    with psycopg.connect(hub.stack.reach.owner, autocommit=True) as conn:
        top = head(conn)
    with hub.attendant.alone:
        hub.stack.supervisor.stop([*NAMES])
        target = backups.server(hub.settings, hub.stack.secrets, quiet)
        backups.bring_back(hub.settings, target, made, datetime.now(UTC), quiet)
        hub.stack.prepare_database()
        assert "log-foreign" in asked(hub)
        done = recovery.recover(hub.stack.reach, run._moment(hub.stack), quiet)
        hub.stack.start_processes()
    # Who was listed only after the copy is free: no decision is left in the log.
    assert len(done.freed) == 1
    assert done.epoch == 2
    until("all clear", lambda: None if asked(hub) - {"key-old"} else True, 90.0, every=1.0)
    assert said(lost, "after-the-backup") == 404
    again = lost.alpha.road.send([receipt])[0].receipt
    assert again is not None
    assert again.position > max(top, 1 << 40)
    lost.tier(before, "restricted")
    assert lost.gamma.bound(before)
    assert not lost.gamma.bound(after)


FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file "base/16384/16385": No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON hub_events FOR EACH STATEMENT EXECUTE FUNCTION no_room();
CREATE TRIGGER no_room BEFORE UPDATE ON position FOR EACH STATEMENT EXECUTE FUNCTION no_room();
CREATE TRIGGER no_room BEFORE UPDATE ON relay_cursor FOR EACH STATEMENT EXECUTE FUNCTION no_room()
"""
"""PostgreSQL answers every writer as it does when the disk is full: what it says then, and the code."""


@pytest.fixture
def full(lost: World) -> Iterator[psycopg.Connection]:
    with psycopg.connect(lost.hub.stack.reach.owner, autocommit=True) as owner:
        yield owner
        owner.execute("DROP FUNCTION IF EXISTS no_room() CASCADE")


def test_a_full_disk_promises_nothing_and_loses_nothing(lost: World, full: psycopg.Connection) -> None:
    hub, who = lost.hub, lost.merchant()
    accepted = [lost.alpha.say("merchant.declared", who, {}, id=f"kept-{n}").position for n in range(20)]
    headers = {"Authorization": f"Bearer {lost.alpha.given.key}", "Content-Type": ONE}
    lost.alpha.say("sanction.imposed", who, lost.alpha.sanction(who, "freeze"))
    full.execute(FULL)
    with httpx.Client(base_url=hub.url("gateway"), headers=headers, timeout=10.0) as client:
        late = [lost.alpha.make("merchant.declared", who, {}, id=f"full-{n}") for n in range(5)]
        answers = [client.post("/v1/statements", content=one.event) for one in late]
    assert {answer.status_code for answer in answers} == {503}
    assert all(answer.headers["Retry-After"] for answer in answers)
    assert {said(lost, one.id) for one in late} == {404}
    settings = hub.settings
    it = Patient(settings, hub.stack.reach, hub.stack.secrets, True, datetime.now(UTC), lambda _: Disk(100 * 2**30, 2**20))
    assert "disk-full" in {finding.code for finding in examine(it)}
    # Room was made: nobody has to start anything.
    full.execute("DROP FUNCTION no_room() CASCADE")
    until("all clear", lambda: None if asked(hub) else True, 90.0, every=1.0)
    assert [said(lost, f"kept-{n}") for n in range(20)] == [200] * 20
    outcomes = lost.alpha.road.send(late)
    assert all(outcome.receipt is not None and outcome.receipt.position > max(accepted) for outcome in outcomes)
    lost.beta.say("sanction.imposed", who, lost.beta.sanction(who, "limit"))
    released(lost, who)
    lost.settled(who, lambda found: found.tier == "restricted", "restricted", 60.0)
