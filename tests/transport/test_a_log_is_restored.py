"""The database is restored from an older copy while Kafka and platforms are ahead: all stops until `make recover`, then all agree.

The restore is a real one: a copy of the database takes the place of what has gone on since. Broker, relay and feed are real.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from deploy.local.tell import Trouble
from deploy.recover.command import EPOCH_BITS, recover
from events.client.follow.replica import Replica
from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountRef
from events.transport.envelope import Span
from events.transport.faust_worker import Message
from events.transport.follow import Consumer, Follower
from events.transport.kafka import producer
from events.transport.positions import TP
from events.transport.store import ForeignLog, check, load
from events.transport.topics import DIRECTIVE_TOPIC, internal_topic
from events.wire.directive import kafka_record
from services.adjudication.domain.redress.restore import MARGIN
from tests.domain.stories import restricted
from tests.services.directives.made import directive
from tests.support.served import CHECKOUT, member
from tests.support.stack import Broker, Database, free_ports
from tests.transport.restored import FREED, KEPT, LOST, Site, acknowledged, await_rights, lift, silent, story, tiers
from tests.transport.statements import answered, appealed


@pytest.fixture
def site(database: Database, clean_kafka: Broker) -> Iterator[Site]:
    await_rights(clean_kafka)
    with database.connect() as owner:
        key = member(owner, "tmall")["Authorization"].removeprefix("Bearer ")
    with closing(Replica()) as replica:
        yield Site(database, clean_kafka, replica, key)


def test_nobody_stays_bound_whom_the_hub_had_lifted_and_no_id_is_given_out_twice(site: Site) -> None:
    scene = restricted()
    for subject in (FREED, KEPT):
        site.record(subject, story(scene))
    site.say(answered("before"), appealed("before-too"))
    site.relay()
    copy = site.copy()

    site.record(LOST, story(scene))
    site.record(FREED, lift(scene))
    lost = [answered("after"), appealed("after-too")]
    highest = site.say(*lost)
    site.relay()
    with site.feed() as feed:
        feed.poll()
        assert site.bound() == {LOST, KEPT}
        assert tiers(site.last()) == {FREED: "none", LOST: "restricted", KEPT: "restricted"}

    site.restore(copy)
    with pytest.raises(ForeignLog, match="make recover"):
        site.relay()
    done = recover(site.reach, scene.moment, silent)
    assert (done.epoch, done.told, set(done.freed)) == (2, 3, {FREED, LOST})

    site.relay()
    assert tiers(site.last()) == {FREED: "none", LOST: "none", KEPT: "restricted"}
    with site.feed() as feed:
        feed.poll()
        assert site.bound() == {KEPT}
        assert feed.prove()
    assert site.receipt(lost[0]) is None
    assert site.say(*lost) >= 2 << EPOCH_BITS > highest


def test_followers_take_each_fact_once_and_nothing_of_the_lost_stretch(site: Site) -> None:
    site.say(*(answered(f"before-{n}") for n in range(5)))
    with site.database.connect() as owner:
        owner.execute("INSERT INTO position SELECT 'bench', topic, partition, 1 FROM relay_published")
    copy = site.copy()
    site.say(*(answered(f"lost-{n}") for n in range(5)))
    site.relay()
    site.restore(copy)
    recover(site.reach, restricted().moment, silent)
    site.relay()  # although Kafka has ids of the old epoch above the log's head
    site.say(*(answered(f"after-{n}") for n in range(5)))
    site.relay()
    applied: list[str] = []
    bench = Consumer("bench", frozenset({"report"}), lambda _, facts: applied.extend(it.fact.id for it in facts))  # type: ignore[attr-defined]
    follower = Follower(conninfo=site.database.owner, kafka=site.broker.user("relay"), lanes=["report"], consumers=lambda _: [bench])
    with closing(follower):
        records = site.records(internal_topic("report"))
        follower.process([Message(TP(it.topic, it.partition), it.offset, it.key, it.value, it.headers) for it in records])
    assert {Span.of(it.headers).epoch for it in records} == {1, 2}
    assert applied == [f"{when}-{n}" for when in ("before", "after") for n in range(5)]


def test_a_relay_ends_itself_when_kafka_has_an_id_above_the_logs_head(site: Site) -> None:
    site.say(answered("before"))
    copy = site.copy()
    site.say(answered("lost"))
    site.relay()
    site.restore(copy)
    kafka = site.broker.user("relay")
    settings = {"DATABASE_RELAY": site.database.conninfo("relay"), "KAFKA": kafka.bootstrap, "KAFKA_PASSWORD_RELAY": kafka.password}
    settings["RELAY_PORT"] = str(free_ports()["relay_port"])
    environment = {"PATH": os.environ["PATH"]} | {f"LIANCHENG_{name}": value for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "services.relay.main"],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, "make recover" in done.stdout) == (70, True), done.stdout
    with site.database.connect() as owner:
        assert owner.execute("SELECT max(last_id) FROM relay_cursor").fetchone() == (0,)


def test_a_directive_that_only_the_compacted_topic_still_has_is_replaced(site: Site) -> None:
    """The hub's own records of it are older than seven days."""
    key, value, headers = kafka_record(directive(LOST.int, 7))
    with closing(producer(site.broker.user("relay"))) as pen:
        pen.send(DIRECTIVE_TOPIC, key=key, value=value, headers=headers).get(timeout=10)
    assert recover(site.reach, restricted().moment, silent).freed == (LOST,)
    site.relay()
    assert site.last() == {LOST: (7 + MARGIN, "none")}


def test_a_directive_that_never_came_to_its_topic_is_replaced_and_its_accounts_are_told(site: Site) -> None:
    """Platforms may have it from the feed."""
    copy = site.copy()
    site.record(LOST, [directive(LOST.int, 4, accounts=[("tmall", "shop-9")])])
    site.relay(directives=False)
    site.restore(copy)
    assert recover(site.reach, restricted().moment, silent).freed == (LOST,)
    with site.database.connect("adjudication") as conn:
        (told,) = load(conn, [LOST])[LOST]
    assert isinstance(told.fact, DirectiveIssued)
    assert (told.fact.seq, told.fact.accounts) == (4 + MARGIN, (AccountRef("tmall", "shop-9"),))


def test_whoever_is_only_named_by_an_answer_is_told_too(site: Site) -> None:
    """In the restored log, or in what Kafka still has of the lost stretch. The numbers in answers are the platforms' words."""
    site.say(acknowledged(FREED, 10**15))
    assert recover(site.reach, restricted().moment, silent).told == 1
    copy = site.copy()
    site.say(acknowledged(LOST, 10**15))
    site.relay()
    site.restore(copy)
    assert recover(site.reach, restricted().moment, silent).told == 2
    site.relay()
    assert site.last() == {FREED: (2 * MARGIN, "none"), LOST: (MARGIN, "none")}


def test_a_log_on_another_server_takes_no_statement_before_it_is_recovered(site: Site) -> None:
    with site.database.connect() as owner:
        owner.execute("UPDATE log SET system_identifier = system_identifier + 1")
        with pytest.raises(ForeignLog, match="make recover"):
            check(owner)
        recover(site.reach, restricted().moment, silent)
        assert check(owner).epoch == 2


def test_nothing_is_recovered_while_a_process_of_the_hub_is_connected(site: Site) -> None:
    with site.database.connect("gateway"), site.database.connect() as owner:
        with pytest.raises(Trouble, match="gateway"):
            recover(site.reach, restricted().moment, silent)
        assert check(owner).epoch == 1


def test_again_it_begins_another_epoch_above_whatever_kafka_has_seen(site: Site) -> None:
    """Restored twice from the same copy: the first recovery is in the lost stretch itself."""
    site.say(answered("before"))
    first, second = site.copy(), site.copy("_again")
    scene = restricted()
    for copy, epoch in ((first, 2), (second, 3)):
        site.restore(copy)
        assert recover(site.reach, scene.moment, silent).epoch == epoch
        site.say(answered("after"))
        site.relay()
