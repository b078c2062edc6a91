"""What facts make of many subjects: new versions in order. Pure."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from events.facts.fact import DossierFact, Tier
from projections.blacklist.fold import Subject, evolve
from projections.view import Delivery


class Version(NamedTuple):
    """A state that a subject came to, the state before it, and the state that followed, when one did."""

    partition: int
    before: Subject | None
    state: Subject
    after: Subject | None = None

    @property
    def changed(self) -> bool:
        """Whether the list itself changed: a directive that restricts, or the end of one."""
        was, seq = (Tier.NONE, 0) if self.before is None else (self.before.tier, self.before.seq)
        return seq != self.state.seq and max(was, self.state.tier) > Tier.WATCH


class Versions:
    """Folds facts into versions. Holds one state a subject, so that a whole log can go through."""

    def __init__(self, current: dict[UUID, Subject]) -> None:
        self._current = current
        self._last: dict[UUID, Version] = {}

    def add(self, delivery: Delivery) -> Version | None:
        """Fold a fact in. Gives a version that is complete now, because another one follows it."""
        if not isinstance(delivery.fact, DossierFact):
            return None
        subject_id = delivery.fact.subject_id
        before = self._current.get(subject_id)
        state = evolve(before, delivery.fact, delivery.id)
        if state is None or state is before:
            return None
        complete = self._last.get(subject_id)
        self._current[subject_id] = state
        self._last[subject_id] = Version(delivery.partition, before, state)
        return None if complete is None else complete._replace(after=state)

    def rest(self) -> Iterator[Version]:
        """The last version of each subject that got one."""
        yield from self._last.values()
