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
from tests.services.directives.made import NOON, directive, record
from tests.support.stack import Broker
from tests.transport.restored import await_rights

__all__ = ["desk"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SUBJECTS = range(9500, 9530)
CHAPTERS = 2
DAY = NOON.date()


class Story(NamedTuple):
    """What the hub says of thirty subjects, at random, and what became of each."""

    desk: Desk
    random: Random
    seqs: dict[int, int]
    listed: dict[int, bool]
    known: list[int]
    """Those in the log."""

    @property
    def bound(self) -> set[int]:
        return {number for number, listed in self.listed.items() if listed}

    def goes_on(self, directives: int) -> None:
        for _ in range(directives):
            number = self.random.choice(SUBJECTS)
            self.seqs[number] = self.seqs.get(number, 0) + self.random.choice((1, 1, 7))
            self.listed[number] = self.random.random() < 0.5
            tier = Tier.RESTRICTED if self.listed[number] else Tier.NONE
            with closing(self.desk.database.connect("adjudication")) as pen:
                record(pen, directive(number, self.seqs[number], tier, accounts=[("four", f"shop-{number}")]))
            self.known.append(number)


Way = Callable[[Replica, Event], None]


@contextmanager
def publishing(story: Story, broker: Broker) -> Iterator[None]:
    """The relay's publisher of directives, and beside it one that froze long ago and now and then writes what it had in hand."""
    stop = Event()

    def publish() -> None:
        with ExitStack() as opened:
            conn = opened.enter_context(story.desk.database.connect("relay"))
            assert lease.acquire(conn, "this one")
            pen = opened.enter_context(closing(producer(broker.user("relay"))))
            publisher = DirectivePublisher(conn, pen, opened.enter_context(closing(DirectiveTopic(broker.user("relay")))), "this one")
            for turn in count():
                if stop.is_set():
                    break
                publisher.publish_changes()
                if turn % 50 == 49 and story.known:
                    key, value, headers = kafka_record(directive(story.known[turn % len(story.known)], 1))
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


class Following:
    """Receivers on threads, each with a copy on the disk that it goes on from."""

    def __init__(self, by: dict[str, Way], folder: Path) -> None:
        self._stop = Event()
        self.copies = {name: Replica(folder / f"{name}.db") for name in by}
        self._threads = [Thread(target=way, args=(self.copies[name], self._stop), daemon=True) for name, way in by.items()]
        for thread in self._threads:
            thread.start()

    def end(self, story: Story) -> None:
        """A stream notices at the next event that it is to stop."""
        self._stop.set()
        story.goes_on(1)
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()
        for copy in self.copies.values():
            copy.close()


def ways(it: Member, broker: Broker) -> dict[str, Way]:
    def hub() -> Hub:
        return Hub(str(it.desk.http.base_url), it.desk.callers[it.code]["Authorization"].removeprefix("Bearer "))

    user = broker.user("relay")
    access = Access(user.bootstrap, user.user, user.password)

    def ignore(_: object) -> None:
        """Lines break here, and are made anew."""

    def by_feed(replica: Replica, stop: Event) -> None:
        with closing(hub()) as line:
            polling.run(Feed(line, replica, limit=3), stop, ignore, ignore, 0.05)

    def by_stream(replica: Replica, stop: Event) -> None:
        with closing(hub()) as line:
            Live(line, replica).run(stop, ignore, ignore)

    def by_topic(replica: Replica, stop: Event) -> None:
        with closing(hub()) as line:
            Topic(access, replica, Feed(line, replica)).run(stop, ignore, ignore)

    return {"feed": by_feed, "stream": by_stream, "topic": by_topic}


def test_the_copies_of_all_four_ways_are_one(desk: Desk, clean_kafka: Broker, tmp_path: Path) -> None:
    await_rights(clean_kafka)
    topics.prepare(clean_kafka.admin, clean_kafka.stack.secrets.kafka_users)
    story = Story(desk, Random(6), {}, {}, [])
    story.goes_on(20)
    with joined(desk, "four") as it, publishing(story, clean_kafka):
        for _ in range(CHAPTERS):
            # In each every receiver begins again from its copy; the webhook's address hangs up for a while.
            following = Following(ways(it, clean_kafka), tmp_path)
            it.receiver.behave = hanging_up
            story.goes_on(20)
            it.receiver.behave = it.platform.behave
            story.goes_on(20)
            for name, copy in {**following.copies, "webhook": it.platform.replica}.items():
                eventually(f"{name} agrees", lambda copy=copy: bound(copy) == story.bound and as_the_hub(it, copy))
            following.end(story)
            story.goes_on(10)  # while nobody but the webhook listens


def bound(copy: Replica) -> set[int]:
    """By the accounts that only the platform's own ways name."""
    return {number for number in SUBJECTS if copy.is_restricted(DAY, account=f"shop-{number}")}


def as_the_hub(it: Member, copy: Replica) -> bool:
    page = it.get("/v1/directives", limit=1000).json()
    return page["more"] is False and copy.agrees(page["digest"], page["count"])
