"""How many requests a key may make: a token bucket for each, in the memory of the process."""

from collections.abc import Callable
from math import ceil
from time import monotonic

from services.web.problem import Problem


class Quota:
    """`rate` requests a second in the long run, `burst` at once. Buckets that are full again are forgotten."""

    _SWEEP = 1024

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = monotonic) -> None:
        self.rate, self.burst, self._clock = rate, burst, clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, key: str, cost: float = 1) -> None:
        """Take `cost` tokens, or raise too-many-requests with Retry-After and the quota. A cost above the burst counts as the burst."""
        now = self._clock()
        cost = min(cost, self.burst)
        left, then = self._buckets.get(key, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.rate)
        if left < cost:
            self._buckets[key] = (left, now)
            raise self._exceeded((cost - left) / self.rate)
        self._buckets[key] = (left - cost, now)
        if len(self._buckets) > self._SWEEP:
            self._forget_full(now)

    def _exceeded(self, seconds: float) -> Problem:
        wait = max(1, ceil(seconds))
        policy = f'"key";q={self.burst:.0f};w={ceil(self.burst / self.rate)}'
        return Problem(
            "too-many-requests",
            f"At most {self.rate:g} requests a second and {self.burst:g} at once with one key.",
            headers={"Retry-After": str(wait), "RateLimit-Policy": policy, "RateLimit": f'"key";r=0;t={wait}'},
            quota={"per_second": self.rate, "burst": self.burst},
        )

    def _forget_full(self, now: float) -> None:
        self._buckets = {k: (left, then) for k, (left, then) in self._buckets.items() if left + (now - then) * self.rate < self.burst}
