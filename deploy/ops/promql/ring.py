"""An hour of what the processes said of themselves, in memory: enough for a page of curves where no Prometheus keeps it."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from math import isnan, nan
from typing import NamedTuple

KEPT = 3900.0
"""Seconds: the longest window of a panel, and some."""
LOOKBACK = 300.0
"""Seconds for which a sample is the present one, as Prometheus has it."""

Labels = tuple[tuple[str, str], ...]
"""Sorted by name, without the metric's own."""


class Key(NamedTuple):
    """One series."""

    name: str
    labels: Labels


class Stretch(NamedTuple):
    """What one series said, oldest first."""

    labels: Labels
    times: list[float]
    values: list[float]


class Track:
    """One process: when it was asked, and what each of its series was then; NaN where it said nothing of it."""

    def __init__(self) -> None:
        self.times = array("d")
        self.series: dict[str, dict[Labels, array[float]]] = {}

    def append(self, at: float, samples: Mapping[Key, float]) -> None:
        told = dict(samples)
        for name, found in self.series.items():
            for labels, values in list(found.items()):
                values.append(told.pop(Key(name, labels), nan))
                if isnan(values[-1]) and all(map(isnan, values)):
                    del found[labels]
        for (name, labels), value in told.items():
            self.series.setdefault(name, {})[labels] = array("d", [nan] * len(self.times) + [value])
        self.times.append(at)
        self._forget(bisect_left(self.times, at - KEPT))

    def _forget(self, count: int) -> None:
        if count:
            for values in (self.times, *(values for found in self.series.values() for values in found.values())):
                del values[:count]


class Ring:
    """Every process that is asked."""

    def __init__(self) -> None:
        self._tracks: dict[str, Track] = {}

    def append(self, process: str, at: float, samples: Mapping[Key, float]) -> None:
        """One answer of a process; an empty one ends all of its series, as Prometheus does after a scrape that failed."""
        self._tracks.setdefault(process, Track()).append(at, samples)

    def now(self, name: str, at: float) -> Iterator[tuple[Labels, float]]:
        """Each series of this name as its process said last, unless that is too long ago."""
        for track in self._tracks.values():
            last = bisect_right(track.times, at) - 1
            if last >= 0 and track.times[last] > at - LOOKBACK:
                yield from ((labels, values[last]) for labels, values in track.series.get(name, {}).items() if not isnan(values[last]))

    def window(self, name: str, at: float, seconds: float) -> Iterator[Stretch]:
        """Each series of this name in the seconds until `at`."""
        for track in self._tracks.values():
            first, end = bisect_left(track.times, at - seconds), bisect_right(track.times, at)
            times = track.times[first:end].tolist()
            for labels, values in track.series.get(name, {}).items():
                there = [(time, value) for time, value in zip(times, values[first:end], strict=True) if not isnan(value)]
                if there:
                    yield Stretch(labels, [time for time, _ in there], [value for _, value in there])
