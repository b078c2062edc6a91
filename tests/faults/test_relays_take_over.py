"""Two relays, of which one is killed, frozen and thawed: nothing is lost, nothing old is said last, and a sanction never waits.

The processes are the real ones, on real Kafka and PostgreSQL.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from events.facts.fact import Tier
from events.transport.envelope import Span, Unpacker
from events.transport.kafka import producer
from events.transport.store import Store
from events.transport.topics import DIRECTIVE_TOPIC, LANES, PARTITIONS, internal_topic
from tests.services.directives.made import directive, record, subject
from tests.support.served import CHECKOUT
from tests.support.stack import Broker, Database, free_ports
from tests.transport.statements import answered, appealed, flood

REPORTS = 200_000
HEAD = "SELECT max(notification_id) FROM hub_events"


class Relay(NamedTuple):
    """One process."""

    process: "subprocess.Popen[bytes]"
    address: str
    log: Path

    def say(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def state(self) -> str:
        """The words of its readiness, or nothing while it does not answer."""
        try:
            return httpx.get(f"{self.address}/readyz", timeout=0.5).text
        except httpx.TransportError:
            return ""


class Site(NamedTuple):
    """A log, empty topics, and a folder for what the relays say."""

    database: Database
    broker: Broker
    folder: Path

    @contextmanager
    def relay(self, name: str) -> Iterator[Relay]:
        kafka, port = self.broker.user("relay"), free_ports()["relay_port"]
        given = {"DATABASE_RELAY": self.database.conninfo("relay"), "KAFKA": kafka.bootstrap, "KAFKA_PASSWORD_RELAY": kafka.password}
        ours = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
        environment = ours | {f"LIANCHENG_{key}": value for key, value in (given | {"RELAY_PORT": str(port)}).items()}
        log = self.folder / f"{name}.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.relay.main"], cwd=CHECKOUT, env=environment, stdout=said, stderr=said
            )
        try:
            yield Relay(process, f"http://127.0.0.1:{port}", log)
        finally:
            process.kill()
            process.wait()

    def records(self, topic: str) -> list[Any]:
        """Everything in the topic, in the order of offsets."""
        with closing(KafkaConsumer(**self.broker.stack.reach.kafka.client(), group_id=None, enable_auto_commit=False)) as consumer:
            places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            found: list[Any] = []
            while any(consumer.position(place) < end for place, end in ends.items()):
                found += [record for batch in consumer.poll(timeout_ms=300).values() for record in batch]
            return sorted((it for it in found if it.value is not None), key=lambda it: (it.partition, it.offset))

    def last(self) -> dict[str, int]:
        """The seq of the last record of each key in the topic of directives."""
        return {it.key.decode(): json.loads(it.value)["seq"] for it in self.records(DIRECTIVE_TOPIC)}

    def cursor(self, lane: str) -> int:
        with self.database.connect("relay") as conn:
            row = conn.execute("SELECT last_id FROM relay_cursor WHERE lane = %s", (LANES[lane],)).fetchone()
            assert row is not None
            return int(row[0])

    def direct(self, number: int, seq: int, tier: Tier = Tier.RESTRICTED) -> None:
        with self.database.connect("adjudication") as pen:
            record(pen, directive(number, seq, tier))


@pytest.fixture
def site(database: Database, clean_kafka: Broker, tmp_path: Path) -> Site:
    _await_rights(clean_kafka)
    return Site(database, clean_kafka, tmp_path)


def _await_rights(broker: Broker) -> None:
    """Rights that were granted a moment ago may not be known to the broker yet, and a producer does not try again."""
    until = time.monotonic() + 10
    while True:
        with closing(producer(broker.user("relay"))) as probe:
            try:
                probe.send(DIRECTIVE_TOPIC, key=b"probe", value=None).get(timeout=10)
            except KafkaError:
                assert time.monotonic() < until
            else:
                return


def await_(what: str, happened: Callable[[], bool], patience: float) -> float:
    """Until it has happened; how many seconds that took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < patience, what
        time.sleep(0.05)
    return time.monotonic() - began


def test_a_sanction_does_not_wait_behind_200000_reports(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Every sanction is on Kafka while reports of before it still wait, and a reader has it within a second of its commit."""
    with site.database.connect() as owner:
        flood(owner, REPORTS)
    took: list[float] = []
    with ExitStack() as held:
        consumer = held.enter_context(closing(KafkaConsumer(**site.broker.stack.reach.kafka.client(), group_id=None)))
        places = [TopicPartition(internal_topic("sanction"), partition) for partition in range(PARTITIONS)]
        consumer.assign(places)
        consumer.seek_to_end(*places)
        ends = [consumer.position(place) for place in places]
        assert len(ends) == PARTITIONS
        store = held.enter_context(closing(Store(site.database.conninfo("gateway"))))
        relay = held.enter_context(site.relay("only"))
        await_("a relay that ships reports", lambda: site.cursor("report") > 0, 20)
        while len(took) < 12:
            (recorded,) = store.append_statements([appealed()])
            began = time.monotonic()
            while not (found := [it for batch in consumer.poll(timeout_ms=1000).values() for it in batch]):
                assert relay.process.poll() is None, relay.log.read_text()[-2000:]
            took.append(time.monotonic() - began)
            assert [number for it in found for number, _ in Unpacker().unpack(it.value)] == [recorded.position]
            if (shipped := site.cursor("report")) >= REPORTS:
                break
        assert len(took) >= 5, "the reports were all shipped before"
        assert shipped <= REPORTS
    ordered = sorted(took)
    with capsys.disabled():
        words = f"p50 {1000 * ordered[len(took) // 2]:.0f}, most {1000 * ordered[-1]:.0f} ms"
        sys.stdout.write(f"\n{len(took)} sanctions behind {REPORTS} reports, commit to reader: {words}\n")
    assert ordered[len(took) // 2] < 1.0


@pytest.mark.slow
def test_a_frozen_relay_that_thaws_says_nothing_old_last_and_ends_itself(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as held:
        first = held.enter_context(site.relay("first"))
        await_("the first relay", lambda: "ready" in first.state(), 20)
        second = held.enter_context(site.relay("second"))
        await_("the standby", lambda: "standby" in second.state(), 20)
        store = held.enter_context(closing(Store(site.database.conninfo("gateway"))))
        for number in range(1, 40):
            site.direct(number, 1)
            store.append_statements([answered(f"a-{number}"), appealed(f"b-{number}")])
        first.say(signal.SIGSTOP)
        for number in range(1, 40):
            site.direct(number, 2, Tier.NONE)
            store.append_statements([answered(f"c-{number}"), appealed(f"d-{number}")])
        waited = await_("the take-over", lambda: len(site.last()) == 39 and set(site.last().values()) == {2}, 30)
        first.say(signal.SIGCONT)
        assert first.process.wait(20) == 70
        site.direct(1, 3)
        newest = {str(subject(1)): 3} | {str(subject(number)): 2 for number in range(2, 40)}
        # What the first had begun to send may come after the second's: that reads it back within a second, and says the newest again.
        await_("the newest last", lambda: site.last() == newest, 10)
        assert "ready" in second.state()
    assert site.last() == newest
    shipped = {fact.id for lane in ("report", "sanction") for it in site.records(internal_topic(lane)) for _, fact in _facts(it)}
    assert shipped == {f"{kind}-{number}" for kind in "abcd" for number in range(1, 40)}
    with capsys.disabled():
        sys.stdout.write(f"\ntake-over after {waited:.1f} s of silence\n")


@pytest.mark.slow
def test_relays_killed_again_and_again_lose_nothing_and_keep_the_chain(site: Site) -> None:
    """Between send and save as anywhere else: what was sent twice overlaps, and no envelope leaves a hole."""
    sent = 0
    with closing(Store(site.database.conninfo("gateway"))) as store:
        for life in range(6):
            with site.relay(f"life-{life}") as relay:
                with site.database.connect() as owner:  # as after ten silent seconds
                    owner.execute("UPDATE relay_lease SET renewed_at = now() - interval '11 seconds'")
                shipped = site.cursor("report")
                until = time.monotonic() + 15
                while time.monotonic() < until and site.cursor("report") == shipped:
                    store.append_statements([answered(f"{sent + n}") for n in range(20)])
                    sent += 20
                relay.process.kill()
        with site.relay("last"), site.database.connect() as owner:
            owner.execute("UPDATE relay_lease SET renewed_at = now() - interval '11 seconds'")
            await_("everything", lambda: (site.cursor("report"),) == owner.execute(HEAD).fetchone(), 30)
    had: dict[int, int] = {}
    ids: set[str] = set()
    for it in site.records(internal_topic("report")):
        span = Span.of(it.headers)
        assert span.previous <= had.get(it.partition, 0)
        had[it.partition] = max(span.last, had.get(it.partition, 0))
        ids |= {fact.id for _, fact in _facts(it)}
    assert ids == {str(number) for number in range(sent)}


def _facts(record: Any) -> list[tuple[int, Any]]:
    return list(Unpacker().unpack(record.value))
