"""One platform's way through the log of directives: which one it is given next, and what became of it. In memory, pure."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.directives.domain import Register
from services.directives.webhooks.way import schedule
from services.directives.webhooks.way.lane import Lane
from services.directives.webhooks.way.places import Due, Places, Retry


class Course:
    """Latest state only, in order per subject, lifts before everything; what fails is put aside and blocks nothing."""

    def __init__(self, places: Places, retries: Iterable[Retry] = ()) -> None:
        self._kept = places
        self._lifts = Lane(places.lifts_after, places.snapshot_to, lift=True)
        self._others = Lane(places.others_after, places.snapshot_to, lift=False)
        self.retries = {retry.id: retry for retry in retries}
        self.touched = set[int]()
        """Ids of retries that were added, changed or ended since whoever keeps them looked."""
        self.resume: datetime | None = None

    @property
    def places(self) -> Places:
        return msgspec.structs.replace(self._kept, others_after=self._others.after, lifts_after=self._lifts.after)

    def next(self, log: Register, now: datetime) -> Due | datetime | None:
        """What to deliver; or when to ask again; or None until the log grows."""
        if self.resume is not None and now < self.resume:
            return self.resume
        self._forget_superseded(log)
        waiting = sorted((retry for retry in self.retries.values() if not retry.given_up), key=lambda retry: retry.due)
        due = sorted((retry for retry in waiting if retry.due <= now), key=lambda retry: not retry.lift)
        if lift := self._lifts.first(log):
            return Due(lift[0], True)
        if due:
            return Due(due[0].id, due[0].lift)
        if other := self._others.first(log):
            return Due(other[0], False)
        return waiting[0].due if waiting else None

    def ahead(self, log: Register, count: int) -> list[int]:
        """What will probably be asked for next, so that it can be read in one go."""
        return [*self._lifts.first(log, count), *self._others.first(log, count)][:count]

    def many(self, log: Register, few: int) -> bool:
        """Whether it is to be told of more than a few, lifts aside."""
        return len(self._others.first(log, few + 1)) > few

    def completes(self, log: Register, due: Due) -> bool:
        """Whether the platform, when it has taken this, has everything up to the log's head."""
        return {*self._lifts.first(log, 2), *self._others.first(log, 2), *self.retries} == {due.id}

    def delivered(self, due: Due, now: datetime) -> None:
        """It took it. After an outage everything that failed meanwhile is due at once."""
        self._settle(due)
        if self.retries.pop(due.id, None) is not None:
            self.touched.add(due.id)
        if self._kept.failing_since is not None and now - self._kept.failing_since >= schedule.OUTAGE:
            self.revive(now)
        self._kept = msgspec.structs.replace(self._kept, failures=0, failing_since=None, delivered_at=now)
        self.resume = None

    def revive(self, now: datetime) -> None:
        """Everything put aside is due, also what was given up."""
        for retry in self.retries.values():
            self.retries[retry.id] = msgspec.structs.replace(retry, due=now, failures=0, since=now, given_up=False)
        self.touched.update(self.retries)

    def failed(self, due: Due, issued_at: datetime, now: datetime, chance: float) -> None:
        """It did not. Three days of this are enough for one directive, but not while the platform took nothing else either."""
        self._settle(due)
        had = self.retries.get(due.id)
        since, failures = (now, 1) if had is None else (had.since, had.failures + 1)
        others_went = self._kept.delivered_at is not None and self._kept.delivered_at >= since
        given_up = others_went and now - since >= schedule.RETRIED_FOR
        at = schedule.retry_at(failures, now, chance, lift=due.lift)
        self.retries[due.id] = Retry(due.id, due.lift, issued_at, since, failures, at, given_up)
        self.touched.add(due.id)
        in_a_row, began = self._kept.failures + 1, self._kept.failing_since or now
        self._kept = msgspec.structs.replace(self._kept, failures=in_a_row, failing_since=began)
        self.resume = schedule.resume_at(in_a_row, now, chance)

    def hopeless(self, now: datetime) -> bool:
        """Whether it has taken nothing for five days of trying."""
        return self._kept.failing_since is not None and now - self._kept.failing_since >= schedule.OFF_AFTER

    def _settle(self, due: Due) -> None:
        (self._lifts if due.lift else self._others).settled(due.id)

    def _forget_superseded(self, log: Register) -> None:
        for id in [id for id in self.retries if not log.is_newest(id)]:
            del self.retries[id]
            self.touched.add(id)
