"""What every process of adjudication decides by: rulebooks, the hub's key, the time."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from services.adjudication.domain.draft import Moment
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.legislation.library import Library
from services.adjudication.rulebooks import CURRENT, read_all
from services.adjudication.settings import Settings


class Rules(NamedTuple):
    """The current rulebook decides on what is new; a listing keeps the one that it was proposed under."""

    books: Mapping[str, Rulebook]
    current: str
    hub_key: bytes
    clock: Callable[[], datetime]
    scale: float = 1.0
    demo: bool = False
    breaker_factor: int = 1
    adopted: Callable[[date], str | None] = lambda day: None
    """The version that people adopted and that is in force on a day; else `current` is."""

    def moment(self, *, trusted: bool = True) -> Moment:
        now = self.clock()
        book = self.books[self.adopted(day_of(now)) or self.current]
        return Moment(
            now=now, book=book, books=self.books, scale=self.scale, breaker_factor=self.breaker_factor, demo=self.demo, trusted=trusted
        )


def utc_now() -> datetime:
    return datetime.now(UTC)


def rules(settings: Settings) -> Rules:
    """Proves every rulebook; reads the adopted ones when they are first needed."""
    library = Library(read_all(), settings.database_adjudication, time.monotonic)
    key = bytes.fromhex(settings.hub_key)
    return Rules(library, CURRENT, key, utc_now, settings.clock_scale, settings.demo, settings.breaker_factor, library.in_force)
