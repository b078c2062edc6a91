"""The rulebooks that a process decides by: those shipped with the hub, and those adopted since, looked up again every half minute."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import psycopg

from events.transport.postgres import connect
from events.transport.telemetry import log
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.legislation import records
from services.adjudication.legislation.adoption import Version, in_force
from services.adjudication.rulebooks import understand

LOOK_SECONDS = 30.0
"""A version is announced seven days ahead, so that nobody has to hear of it at once."""
MISS_SECONDS = 1.0
"""Whoever asks for one that is not known may have adopted it a moment ago."""


class Library(Mapping[str, Rulebook]):
    """Any number of threads may use it. Proves each book once, when it is first seen; BrokenRules for one that is not clean."""

    def __init__(self, shipped: Mapping[str, Rulebook], conninfo: str, monotonic: Callable[[], float]) -> None:
        self._books, self._conninfo, self._monotonic = dict(shipped), conninfo, monotonic
        self._adopted: list[Version] = []
        self._looked: float | None = None

    def in_force(self, day: date) -> str | None:
        """The adopted version that is in force on this day, if there is one.

        OperationalError while the adopted ones have never been read: nobody decides by rules that may have been replaced.
        """
        self._look()
        found = in_force(self._adopted, day)
        return None if found is None else found.version

    def __getitem__(self, version: str) -> Rulebook:
        if version not in self._books:
            self._look(MISS_SECONDS)
        return self._books[version]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._books))

    def __len__(self) -> int:
        return len(self._books)

    def _look(self, seconds: float = LOOK_SECONDS) -> None:
        now = self._monotonic()
        if self._looked is not None and now - self._looked < seconds:
            return
        try:
            with connect(self._conninfo, name="library", statement_seconds=2) as conn:
                found = [version for version, _ in records.load(conn, records.versions(conn)).values()]
        except psycopg.OperationalError as away:
            if self._looked is None:
                raise
            log.warning("the adopted rulebooks are not read anew", why=str(away).strip())
        else:
            self._adopted = [version for version in found if version.adopted_at is not None and not version.withdrawn]
            new = {version.version: understand(version.text) for version in self._adopted if version.version not in self._books}
            self._books = self._books | new
        self._looked = now
