"""Waiting: ask again until it holds, or a deadline passes that says what was waited for."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from events.client.hub import Unreachable

T = TypeVar("T")


class Overdue(Exception):
    """What was waited for did not come in time."""


def until(what: str, ask: Callable[[], T | None], seconds: float = 10.0, every: float = 0.005) -> T:
    """The first answer of `ask` that is not None. Asks at once, and then every so many seconds; a hub that says later is asked later."""
    deadline = monotonic() + seconds
    while (answer := _asked(ask)) is None:
        if monotonic() > deadline:
            raise Overdue(f"{what} ({seconds:g} s)")
        sleep(every)
    return answer


def _asked(ask: Callable[[], T | None]) -> T | None:
    try:
        return ask()
    except Unreachable:
        return None
