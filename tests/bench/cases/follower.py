"""One follower from its topic to durable rows: a backlog that the relay has published, and the process of the views alone to take it."""

from datetime import UTC, datetime

from events.transport.topics import LANES, PARTITIONS, internal_topic
from tests.bench.cases.casefile import Casefile, Places
from tests.bench.cases.counting import Run, same
from tests.bench.cases.intake import BATCH, post, receipts
from tests.bench.load import Load
from tests.bench.stack import Bench

MEMBER = "bench-reports"
PROCESS = "projections"
LANE = "report"
BATCHES = 400
TURN = 0.002

PUBLISHED = "SELECT topic, partition, last_id FROM relay_published"
DONE = "SELECT count(*) FROM hub_events WHERE lane = %s AND key %% %s = %s AND notification_id > %s AND notification_id <= %s"


class Follower:
    """Reports only, by the gateway and the relay as ever, while nobody follows; then the follower starts."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self._bench = bench
        self._load = Load(MEMBER, seed, MEMBER, datetime.now(UTC), reports_only=True)

    def run(self) -> Run:
        """From the first commit of the started process to its last: how long it takes to start is not its speed."""
        bench, casefile = self._bench, Casefile(self._bench.reader)
        bench.rest()
        before, idle = casefile.head(), casefile.places()
        bench.stop(PROCESS)
        asked = post(bench, MEMBER, self._load.batches(BATCHES, BATCH), 60.0)
        wanted = casefile.said(before)
        bench.until(lambda: self._published(wanted), "the relay")
        bench.start(PROCESS)
        began = bench.until(lambda: casefile.places() != idle, "the follower starts", turn=TURN)
        done = self._done(before, casefile.places())
        ended = bench.until(lambda: casefile.has(wanted), "the follower", turn=TURN)
        sent = asked.asked * BATCH
        same("follower: statements sent, receipts and rows", sent, receipts(asked), casefile.rows(MEMBER, before))
        return Run(sent - done, ended - began)

    def _published(self, wanted: Places) -> bool:
        there = {(topic, partition): last for topic, partition, last in self._bench.reader.execute(PUBLISHED)}
        return all(there[place] >= last for place, last in wanted.items())

    def _done(self, before: int, places: Places) -> int:
        """Facts that were stored when the clock was started."""
        found = 0
        for partition in range(PARTITIONS):
            last = places[internal_topic(LANE), partition]
            row = self._bench.reader.execute(DONE, (LANES[LANE], PARTITIONS, partition, before, last)).fetchone()
            found += row[0] if row else 0
        return found
