"""What new versions do to the number of those on the list, day by day. Pure."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from events.facts.fact import Tier
from projections.blacklist.fold import Subject
from projections.blacklist.versions import Version
from projections.day import shanghai_day

ANY = ""
"""Stands for every category: whoever is listed for two counts once here, and once for each."""
_DAY = timedelta(days=1)


class Turn(NamedTuple):
    """From this day on there are more or fewer at this tier, for this category. A sum up to a day is the number at its end."""

    tier: int
    category: str
    day: date


def turns(versions: Iterable[Version]) -> Counter[Turn]:
    """What changes, without what cancels out.

    A version counts from its own day until the day after its last one; the next version takes back what it had announced.
    """
    found: Counter[Turn] = Counter()
    for version in versions:
        day = shanghai_day(version.state.at)
        _put(found, version.state, day, 1)
        if version.before is not None:
            _put(found, version.before, day, -1)
    return Counter({turn: n for turn, n in found.items() if n})


def _put(found: Counter[Turn], state: Subject, day: date, n: int) -> None:
    """From the day on, `n` more of what the state is, until it ends by itself."""
    if state.tier < Tier.RESTRICTED or (state.until is not None and state.until < day):
        return
    for category in (ANY, *(one.value for one in state.categories)):
        found[Turn(int(state.tier), category, day)] += n
        if state.until is not None:
            found[Turn(int(state.tier), category, state.until + _DAY)] -= n
