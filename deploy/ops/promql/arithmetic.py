"""How a window of samples becomes a rate and buckets a quantile: Prometheus' own arithmetic. Pure.

As in Prometheus 2.42 (promql/functions.go and quantile.go). Version 3 leaves out a sample at the very beginning of a window and
extrapolates the first seconds of a new series a little less.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf, isnan, nan

ENOUGH = 1.1
"""A series that begins or ends within so many of its steps from the window's edge is taken to reach the edge."""


def increase(times: Sequence[float], values: Sequence[float], start: float, end: float) -> float | None:
    """How much a counter grew between start and end, over its resets, reaching out to the edges; None of fewer than two samples."""
    if len(times) < 2:
        return None
    grown = values[-1] - values[0] + sum(before for before, after in pairwise(values) if after < before)
    span = times[-1] - times[0]
    step = span / (len(times) - 1)
    before, after = times[0] - start, end - times[-1]
    if grown > 0 and values[0] >= 0:
        before = min(before, span * values[0] / grown)  # further back it would have been below zero
    reach = span + sum(gap if gap < step * ENOUGH else step / 2 for gap in (before, after))
    return grown * reach / span


def changes(values: Sequence[float]) -> int:
    """How often a gauge took another value."""
    return sum(before != after and not (isnan(before) and isnan(after)) for before, after in pairwise(values))


def quantile(share: float, buckets: Iterable[tuple[float, float]]) -> float:
    """The value that a share of the observations does not exceed, from (bound, how many up to it); NaN when there is no telling."""
    counts: dict[float, float] = {}
    for bound, count in buckets:
        counts[bound] = counts.get(bound, 0.0) + count
    bounds = sorted(counts)
    if len(bounds) < 2 or bounds[-1] != inf:
        return nan
    upto = [counts[bound] for bound in bounds]
    for at in range(1, len(upto)):
        upto[at] = max(upto[at], upto[at - 1])  # scraped at different moments, a wider bucket may hold less
    if upto[-1] == 0:
        return nan
    rank = share * upto[-1]
    at = next(n for n, count in enumerate(upto) if count >= rank)
    if at == len(bounds) - 1:
        return bounds[-2]
    if at == 0 and bounds[0] <= 0:
        return bounds[0]
    low, below = (bounds[at - 1], upto[at - 1]) if at else (0.0, 0.0)
    return low + (bounds[at] - low) * (rank - below) / (upto[at] - below)
