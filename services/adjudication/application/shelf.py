"""Dossiers as the log had them when they were last read, so that a long one is not folded again for each batch."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from uuid import UUID

import psycopg

from events.transport import store
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.evolve import extend

FACTS = 50_000
"""Kept in all, about 1 KB each; the dossiers that were used longest ago go first."""


class Shelf:
    """Used by one thread, of a process that writes dossiers for long. Streams only grow, so what was read stays true.

    Nothing that a transaction is about to append is put here: it is read again, with whatever others appended.
    """

    def __init__(self, facts: int = FACTS) -> None:
        self._most, self._facts = facts, 0
        self._dossiers: OrderedDict[UUID, Dossier] = OrderedDict()

    def read(self, conn: psycopg.Connection, subjects: Iterable[UUID]) -> Mapping[UUID, Dossier]:
        """These dossiers as the log has them now; an empty one of whoever has none."""
        kept = {subject: self._dossiers.get(subject, Dossier(subject_id=subject)) for subject in subjects}
        streams = store.load(conn, kept, {subject: dossier.version for subject, dossier in kept.items()})
        found: dict[UUID, Dossier] = {}
        for subject, dossier in kept.items():
            found[subject] = extend(dossier, ((position, fact) for _, position, fact in streams.get(subject, [])))
            self._keep(found[subject])
        return found

    def _keep(self, dossier: Dossier) -> None:
        before = self._dossiers.pop(dossier.subject_id, None)
        self._dossiers[dossier.subject_id] = dossier
        self._facts += dossier.version - (before.version if before else 0)
        while self._facts > self._most and len(self._dossiers) > 1:
            self._facts -= self._dossiers.popitem(last=False)[1].version
