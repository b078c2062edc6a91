"""The rule of positions on real Kafka with real Faust workers: whatever becomes of topics, offsets, workers, each fact is applied once."""

import signal
import time

import pytest
from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import OffsetSpec

from deploy.demo.patience import until
from deploy.local.access import topics
from events.transport.topics import HUB_TOPICS, PARTITIONS, internal_topic
from tests.transport.fleet import Fleet, whole
from tests.transport.follower_process import LANES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

GROUP = "projections-fleet"
PLACES = [TopicPartition(internal_topic(lane), partition) for lane in LANES for partition in range(PARTITIONS)]
SESSION = 6.0
"""Seconds after which Kafka takes a frozen worker for dead."""


def made_again(fleet: Fleet) -> None:
    """The internal topics deleted, and there again, empty, of other topic ids."""
    names = {place.topic for place in PLACES}
    admin = fleet.broker.admin
    admin.delete_topics(sorted(names))
    while names - set(admin.list_topics()) != names:
        time.sleep(0.01)
    topics.create(admin, [topic for topic in HUB_TOPICS if topic.name in names])


def test_more_workers_than_partitions(fleet: Fleet) -> None:
    """Those without one are ready too, and take over."""
    workers = [fleet.start() for _ in range(2 * PARTITIONS + 1)]
    fleet.ready(*workers)
    fleet.say(200)
    assert fleet.settled() == whole(200)
    for worker in workers[:PARTITIONS]:
        fleet.end(worker, signal.SIGKILL)
    fleet.say(200)
    assert fleet.settled() == whole(400)
    assert not list(fleet.scratch.iterdir()), "workers leave nothing behind"


def test_a_topic_is_deleted_and_made_again_under_a_running_worker(fleet: Fleet) -> None:
    """It may see that the topic is away and seek anew, or stand still without a word: then the store brings what is missing, and it ends
    itself for another to begin where the new topic begins."""
    workers = [fleet.start(silence=3.0)]
    fleet.ready(*workers)
    fleet.say(100)
    assert fleet.settled() == whole(100)
    made_again(fleet)

    def heard_by_kafka() -> bool | None:
        if workers[-1].process.poll() is not None:
            assert workers[-1].process.returncode == 70
            workers.append(fleet.start(silence=3.0))
        before = workers[-1].log.read_bytes().count(b"read from the store")
        fleet.say(10)
        fleet.settled()
        return workers[-1].log.read_bytes().count(b"read from the store") == before or None

    until("facts that come by Kafka", heard_by_kafka, 90.0)
    done = fleet.settled()
    assert (done.lost, done.doubled) == (0, 0)


def test_kafka_loses_what_nobody_has_read(fleet: Fleet) -> None:
    """Its tail: what was published is on no broker any more."""
    worker = fleet.start()
    fleet.ready(worker)
    fleet.say(100)
    fleet.settled()
    fleet.end(worker, signal.SIGKILL)
    fleet.say(100)
    fleet.shipped()
    made_again(fleet)
    fleet.start()
    assert fleet.settled() == whole(200)


def test_segments_are_deleted_before_they_are_read(fleet: Fleet) -> None:
    fleet.say(300)
    fleet.shipped()
    fleet.broker.admin.delete_records(dict.fromkeys(PLACES, -1))
    fleet.say(100)
    fleet.shipped()
    fleet.start()
    assert fleet.settled() == whole(400)


@pytest.mark.parametrize("offset", [0, -1, 10**9], ids=["earliest", "latest", "nonsense"])
def test_the_offsets_of_the_group_mean_nothing(fleet: Fleet, offset: int) -> None:
    """Nor do the hints of the position rows, set to the same."""
    worker = fleet.start()
    fleet.ready(worker)
    fleet.say(100)
    fleet.settled()
    fleet.end(worker, signal.SIGTERM)
    fleet.say(100)
    fleet.shipped()
    ends = fleet.broker.admin.list_partition_offsets(dict.fromkeys(PLACES, OffsetSpec.LATEST))
    wanted = {at: ends[at].offset if offset == -1 else offset for at in PLACES}
    fleet.broker.admin.alter_group_offsets(GROUP, {at: OffsetAndMetadata(value, "", -1) for at, value in wanted.items()})
    for at, value in wanted.items():
        fleet.owner.execute("UPDATE position SET next_offset = %s WHERE consumer = 'fleet' AND (topic, partition) = (%s, %s)", (value, *at))
    fleet.start()
    assert fleet.settled() == whole(200)


def test_a_worker_frozen_beyond_its_session_thaws_and_changes_nothing(fleet: Fleet) -> None:
    first, second = fleet.start(), fleet.start()
    fleet.ready(first, second)
    with fleet.saying(300):
        with fleet.frozen(first):
            time.sleep(SESSION + 2.0)
        time.sleep(2.0)
    done = fleet.settled()
    assert (done.lost, done.doubled) == (0, 0)
    assert done.said > 2_000
