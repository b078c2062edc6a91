"""A key makes so many requests a second in the long run, and so many at once; the answer says how many and when again."""

import pytest

from services.web import Problem, Quota


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    quota = Quota(rate=10, burst=5, clock=clock)
    for _ in range(5):
        quota.spend("k1")
    with pytest.raises(Problem) as problem:
        quota.spend("k1")
    assert (problem.value.code, problem.value.status) == ("too-many-requests", 429)
    assert problem.value.headers["Retry-After"] == "1"
    assert problem.value.headers["RateLimit-Policy"] == '"key";q=5;w=1'
    assert problem.value.more == {"quota": {"per_second": 10, "burst": 5}}
    clock.now += 0.1
    quota.spend("k1")
    with pytest.raises(Problem):
        quota.spend("k1")


def test_keys_do_not_share() -> None:
    quota = Quota(rate=1, burst=1, clock=Clock())
    quota.spend("k1")
    quota.spend("k2")


def test_a_cost_above_the_burst_counts_as_the_burst() -> None:
    clock = Clock()
    quota = Quota(rate=1, burst=3, clock=clock)
    quota.spend("k1", 100)
    clock.now += 2.9
    with pytest.raises(Problem):
        quota.spend("k1", 100)
    clock.now += 0.1
    quota.spend("k1", 100)


def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    quota = Quota(rate=1, burst=1, clock=clock)
    for key in range(3000):
        clock.now += 1
        quota.spend(str(key))
    assert len(quota._buckets) < 1100
