"""Statements that keep coming while something else happens, and the count of what the hub made of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import time
from uuid import uuid4

from deploy.demo.merchants import Company, company
from deploy.demo.patience import until
from events.client.publish.http import HttpRoad
from events.client.publish.outbox import Outbox, Tally
from events.client.publish.publisher import Publisher
from events.client.statement import Statement
from tests.flow.world import PLATFORMS, World

BATCH = 40


class Flood:
    """Reports and sanctions of alpha about ever new merchants, through an outbox as a platform would."""

    def __init__(self, world: World, folder: Path, *, pause: float = 0.02) -> None:
        """A batch every `pause` seconds."""
        self.world, self.outbox, self._pause = world, Outbox(folder / "flood.db"), pause
        self.prefix = f"flood-{uuid4().hex[:8]}-"
        self.said = self.sanctions = 0
        self._stop = Event()
        self._thread = Thread(target=self._run, name="flood")
        self.publisher = Publisher(self.outbox, HttpRoad(world.alpha.another_gateway()), clock=time)

    @contextmanager
    def flowing(self) -> Iterator["Flood"]:
        """While the context lasts; then it dries up, and everything that was said gets its receipt."""
        self.publisher.start()
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._thread.join()
        until("all receipts", lambda: None if self.tally().waiting else True, 60.0, every=0.05)

    def tally(self) -> Tally:
        return self.outbox.tally(self.prefix)

    def settled(self, seconds: float = 60.0) -> dict[str, int]:
        """What the log, the casefile and adjudication have of it, when no more is to come."""
        wanted = self.wanted()

        def ask() -> dict[str, int] | None:
            found = counts(self.world, self.prefix)
            return found if all(found[name] >= count for name, count in wanted.items()) else None

        return until(f"{wanted}", ask, seconds, every=0.2)

    def wanted(self) -> dict[str, int]:
        return {"log": self.said, "casefile": self.said, "weighed": self.sanctions, "effects": self.sanctions}

    def close(self) -> None:
        self.publisher.stop()
        self.outbox.close()

    def _run(self) -> None:
        while not self._stop.wait(self._pause):
            made = [self._statement(company(self.world.random, "潮", list(PLATFORMS))) for _ in range(BATCH)]
            self.outbox.put(*made)
            self.said += len(made)

    def _statement(self, who: Company) -> Statement:
        number = self.prefix + uuid4().hex
        if self.world.random.random() < 0.5:
            self.sanctions += 1
            return self.world.alpha.make("sanction.imposed", who, self.world.alpha.sanction(who, "warn"), number)
        report = {
            "report": number,
            "category": "fraud",
            "channel": "platform",
            "reporter": {"token": number, "assurance": "phone"},
            "evidence": [],
        }
        return self.world.alpha.make("report.filed", who, report, number)


def counts(world: World, prefix: str) -> dict[str, int]:
    """Rows, not distinct rows: whatever happened twice shows."""
    with world.hub.connect() as conn:
        generation = conn.execute("SELECT generation FROM view WHERE name = 'casefile'").fetchone()
        assert generation is not None
        schema = f"casefile_{generation[0]}"
        kinds = "('report.filed.v1', 'sanction.imposed.v1')"
        said, of = "convert_from(state, 'UTF8')::json ->> 'id'", "convert_from(state, 'UTF8')::json #>> '{weighing,statement,id}'"
        queries = {
            "log": f"SELECT count(*) FROM hub_events WHERE topic IN {kinds} AND {said} LIKE %s",
            "weighed": f"SELECT count(*) FROM hub_events WHERE topic = 'sanction.weighed.v1' AND {of} LIKE %s",
            "casefile": f"SELECT count(*) FROM {schema}.step WHERE what IN {kinds} AND statement LIKE %s",
            "effects": f"SELECT count(*) FROM {schema}.effect WHERE state = 'applied' AND statement LIKE %s",
        }
        rows = {name: conn.execute(query, (f"{prefix}%",)).fetchone() for name, query in queries.items()}
    return {name: int(row[0]) for name, row in rows.items() if row is not None}
