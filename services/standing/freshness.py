"""How old an answer from memory is: the last moment at which the copy held all that the log held then. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple


class Seen(NamedTuple):
    """One look at the road from the log to the copy, all of it at one moment by the database's clock."""

    at: datetime
    head: int
    """Highest id of a dossier fact in the log."""
    relayed: int
    """Highest id that the relay has passed on in that lane."""
    published: Mapping[int, int]
    """Last id published in each partition."""
    had: Mapping[int, int]
    """Last id that the views have folded, and so the copy holds, in each partition."""

    @property
    def complete(self) -> bool:
        """Nothing is on the road."""
        return self.relayed >= self.head and reached(self.had, self.published)


class _Probe(NamedTuple):
    at: datetime
    head: int
    wanted: Mapping[int, int] | None


class Freshness:
    """Under load something is always on the road; a probe then follows the head of one moment until the copy has reached it."""

    def __init__(self) -> None:
        self.as_of: datetime | None = None
        self._probe: _Probe | None = None

    def observe(self, seen: Seen) -> None:
        """Looks come in the order of their moments."""
        if seen.complete:
            self.as_of, self._probe = seen.at, None
            return
        probe = self._probe or _Probe(seen.at, seen.head, None)
        if probe.wanted is None and seen.relayed >= probe.head:
            probe = probe._replace(wanted=dict(seen.published))
        if probe.wanted is not None and reached(seen.had, probe.wanted):
            self.as_of, probe = probe.at, _Probe(seen.at, seen.head, None)
        self._probe = probe


def reached(had: Mapping[int, int], wanted: Mapping[int, int]) -> bool:
    return all(had.get(partition, 0) >= last for partition, last in wanted.items())
