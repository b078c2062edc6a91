"""One platform that receives by all four ways, over real Kafka and real HTTP: whatever is lost, repeated or late, the copies are one."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import NamedTuple

import pytest

from deploy.local.access import topics
from events.client.follow import polling
from events.client.follow.feed import Feed
from events.client.follow.live import Live
from events.client.follow.replica import Replica
from events.client.follow.topic import Topic
from events.client.hub import Hub
from events.client.publish.kafka import Access
from events.facts.fact import Tier
from events.transport.kafka import producer
from events.transport.topics import DIRECTIVE_TOPIC
from events.wire.directive import kafka_record
from services.relay import lease
from services.relay.directive_topic import DirectiveTopic
from services.relay.directives import DirectivePublisher
from tests.conformance.receivers import hanging_up
from tests.conformance.test_webhook_receivers import Member, eventually, joined
from tests.services.directives.conftest import Desk, desk
from tests.services.directives.made import NOON, directive, record, subject
from tests.support.stack import Broker
from tests.transport.restored import await_rights

__all__ = ["desk"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SUBJECTS = range(9500, 9530)
DAY = NOON.date()


class Story(NamedTuple):
    """What the hub says of thirty subjects, at random, and what became of each."""

    desk: Desk
    random: Random
    seqs: dict[int, int]
    listed: dict[int, bool]

    def goes_on(self, directives: int) -> None:
        for _ in range(directives):
            number = self.random.choice(SUBJECTS)
            self.seqs[number] = self.seqs.get(number, 0) + self.random.choice((1, 1, 7))
            self.listed[number] = self.random.random() < 0.5
            tier = Tier.RESTRICTED if self.listed[number] else Tier.NONE
            with closing(self.desk.database.connect("adjudication")) as pen:
                record(pen, directive(number, self.seqs[number], tier, accounts=[("four", f"shop-{number}")]))


Way = Callable[[Replica, Event], None]


@contextmanager
def publishing(desk: Desk, broker: Broker) -> Iterator[None]:
    """The relay's publisher of directives, and beside it one that froze long ago and now and then writes what it had in hand."""
    stop = Event()

    def publish() -> None:
        with ExitStack() as opened:
            conn = opened.enter_context(desk.database.connect("relay"))
            assert lease.acquire(conn, "this one")
            pen = opened.enter_context(closing(producer(broker.user("relay"))))
            publisher = DirectivePublisher(conn, pen, opened.enter_context(closing(DirectiveTopic(broker.user("relay")))), "this one")
            for turn in count():
                if stop.is_set():
                    break
                publisher.publish_changes()
                if turn % 50 == 49:
                    key, value, headers = kafka_record(directive(SUBJECTS[turn % len(SUBJECTS)], 1))
                    pen.send(DIRECTIVE_TOPIC, key=key, value=value, headers=headers).get(timeout=10)
                time.sleep(0.02)
            for _ in range(3):
                time.sleep(1.1)
                publisher.publish_changes()

    thread = Thread(target=publish, name="publisher")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def following(way: Way, path: Path) -> Iterator[Replica]:
    """On a thread, with a copy on the disk."""
    stop = Event()
    with closing(Replica(path)) as replica:
        thread = Thread(target=way, args=(replica, stop), daemon=True)
        thread.start()
        try:
            yield replica
        finally:
            stop.set()
            thread.join(20)


def ways(it: Member, broker: Broker) -> dict[str, Way]:
    def hub() -> Hub:
        return Hub(str(it.desk.http.base_url), it.desk.callers[it.code]["Authorization"].removeprefix("Bearer "))

    user = broker.user("relay")
    access = Access(user.bootstrap, user.user, user.password)

    def ignore(_: object) -> None:
        """Lines break here, and are made anew."""

    def by_feed(replica: Replica, stop: Event) -> None:
        polling.run(Feed(hub(), replica, limit=3), stop, ignore, ignore, 0.05)

    def by_stream(replica: Replica, stop: Event) -> None:
        Live(hub(), replica).run(stop, ignore, ignore)

    def by_topic(replica: Replica, stop: Event) -> None:
        Topic(access, replica, Feed(hub(), replica)).run(stop, ignore, ignore)

    return {"feed": by_feed, "stream": by_stream, "topic": by_topic}


def test_the_copies_of_all_four_ways_are_one(desk: Desk, clean_kafka: Broker, tmp_path: Path) -> None:
    await_rights(clean_kafka)
    topics.prepare(clean_kafka.admin, clean_kafka.stack.secrets.kafka_users)
    story = Story(desk, Random(6), {}, {})
    story.goes_on(20)
    with joined(desk, "four") as it, publishing(desk, clean_kafka):
        for directives in (40, 40, 40):
            # In each chapter every receiver begins again from its copy; the webhook's address hangs up for a while.
            with ExitStack() as opened:
                copies = {
                    name: opened.enter_context(following(way, tmp_path / f"{name}.db")) for name, way in ways(it, clean_kafka).items()
                }
                it.receiver.behave = hanging_up
                story.goes_on(directives // 2)
                it.receiver.behave = it.platform.behave
                story.goes_on(directives // 2)
                copies["webhook"] = it.platform.replica
                for name, copy in copies.items():
                    eventually(f"{name} agrees", lambda copy=copy: as_the_hub(it, copy))
            story.goes_on(10)  # while nobody but the webhook listens
        for number, listed in story.listed.items():
            assert it.platform.replica.is_restricted(DAY, subject_id=str(subject(number))) == listed or it.webhook["waiting"]


def as_the_hub(it: Member, copy: Replica) -> bool:
    page = it.get("/v1/directives", limit=1000).json()
    return page["more"] is False and copy.agrees(page["digest"], page["count"])
