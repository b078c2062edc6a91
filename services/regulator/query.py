"""What a reader may ask for, read from the query: moments, positions, tiers. Whatever breaks its rule is a problem that names it."""

import re
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from events.facts.fact import Category, Tier
from projections.blacklist.read import AsOf
from projections.day import SHANGHAI
from services.web.reading import wrong_parameter

LISTED = {tier.word: tier for tier in (Tier.RESTRICTED, Tier.BLACKLISTED)}
"""A watch is not on the list."""


class Span(NamedTuple):
    """After `start` and until `end`; `net`: only what is another at the end than at the start."""

    start: datetime
    end: datetime
    net: bool = False

    def query(self) -> str:
        return urlencode({"from": self.start.isoformat(), "to": self.end.isoformat()} | ({"net": "1"} if self.net else {}))


_POSITION = re.compile(r"[0-9]{1,18}")
_FIELD = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


def moment(name: str, text: str) -> datetime:
    """RFC 3339 with an offset. A blank is read as the plus sign that a URL makes of it."""
    try:
        found = msgspec.convert(text.replace(" ", "+"), datetime)
    except msgspec.ValidationError:
        found = None
    if found is None or found.tzinfo is None:
        raise wrong_parameter(name, "is a moment after RFC 3339, with an offset")
    return found


def local_moment(name: str, text: str) -> datetime:
    """As a field of a form gives it: Beijing time, without an offset."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise wrong_parameter(name, "is a day and a time") from None


def field(text: str) -> str:
    """What a field for a day and a time can hold of what was sent: nothing of anything else."""
    return text if _FIELD.fullmatch(text) else ""


def as_of(text: str | None, now: datetime) -> AsOf:
    """A position in the log when it is a number, else a moment that is not ahead of the clock."""
    if text is None:
        return AsOf()
    if _POSITION.fullmatch(text):
        return AsOf(position=int(text))
    return AsOf(moment=not_ahead(moment("as_of", text), now))


def not_ahead(found: datetime, now: datetime) -> datetime:
    if found > now:
        raise wrong_parameter("as_of", "lies ahead")
    return found


def tier(text: str | None) -> Tier | None:
    if text is None:
        return None
    if text not in LISTED:
        raise wrong_parameter("tier", f"is one of {', '.join(LISTED)}")
    return LISTED[text]


def category(text: str | None) -> Category | None:
    if text is None:
        return None
    try:
        return Category(text)
    except ValueError:
        raise wrong_parameter("category", "is none of the contract's categories") from None
