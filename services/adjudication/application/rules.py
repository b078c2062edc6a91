"""What every process of adjudication decides by: rulebooks, the hub's key, the time."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from services.adjudication.domain.draft import Moment
from services.adjudication.domain.law.rulebook import Rulebook
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

    def moment(self, *, trusted: bool = True) -> Moment:
        book = self.books[self.current]
        return Moment(now=self.clock(), book=book, books=self.books, scale=self.scale, demo=self.demo, trusted=trusted)


def utc_now() -> datetime:
    return datetime.now(UTC)


def rules(settings: Settings) -> Rules:
    return Rules(read_all(), CURRENT, bytes.fromhex(settings.hub_key), utc_now, settings.clock_scale, settings.demo)
