"""`as_of` is the last moment at which the copy held everything that the log held then: never later, and not much earlier."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.standing.freshness import Freshness, Seen
from tests.services.standing.made import NOON


def seen(second: int, head: int, relayed: int, published: dict[int, int], had: dict[int, int]) -> Seen:
    return Seen(NOON + timedelta(seconds=second), head, relayed, published, had)


def test_nothing_on_the_road_means_now() -> None:
    freshness = Freshness()
    freshness.observe(seen(1, 9, 9, {0: 9, 1: 4}, {0: 9, 1: 4}))
    assert freshness.as_of == NOON + timedelta(seconds=1)


def test_an_empty_log_is_held_at_once() -> None:
    freshness = Freshness()
    freshness.observe(seen(1, 0, 0, {0: 0}, {}))
    assert freshness.as_of == NOON + timedelta(seconds=1)


def test_a_relay_that_stands_still_lets_the_copy_grow_old() -> None:
    freshness = Freshness()
    freshness.observe(seen(1, 9, 9, {0: 9}, {0: 9}))
    for second in (2, 3, 60):
        freshness.observe(seen(second, 12, 9, {0: 9}, {0: 9}))
    assert freshness.as_of == NOON + timedelta(seconds=1)


def test_one_slow_partition_is_enough_to_be_old() -> None:
    freshness = Freshness()
    freshness.observe(seen(1, 9, 9, {0: 9, 1: 4}, {0: 9, 1: 3}))
    assert freshness.as_of is None


def test_under_load_a_moment_is_followed_until_the_copy_has_reached_it() -> None:
    freshness = Freshness()
    freshness.observe(seen(1, 10, 7, {0: 7}, {0: 5}))
    freshness.observe(seen(2, 20, 15, {0: 15}, {0: 9}))  # relayed beyond 10: the copy has to reach 15
    assert freshness.as_of is None
    freshness.observe(seen(3, 30, 25, {0: 25}, {0: 16}))
    assert freshness.as_of == NOON + timedelta(seconds=1)
    freshness.observe(seen(4, 40, 35, {0: 35}, {0: 26}))
    freshness.observe(seen(5, 50, 45, {0: 45}, {0: 36}))
    assert freshness.as_of == NOON + timedelta(seconds=3)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 5)), max_size=60))
def test_it_never_claims_a_moment_whose_facts_are_not_in_the_copy(steps: list[tuple[int, int, int]]) -> None:
    """Facts are written, relayed and folded at random paces into two partitions, by the parity of their id."""
    freshness, heads = Freshness(), dict[object, int]()
    head = relayed = folded = 0
    for second, (written, passed, taken) in enumerate(steps):
        head += written
        relayed = min(head, relayed + passed)
        folded = min(relayed, folded + taken)
        look = seen(second, head, relayed, _last(relayed), _last(folded))
        heads[look.at] = head
        before = freshness.as_of
        freshness.observe(look)
        if freshness.as_of is not None:
            assert heads[freshness.as_of] <= folded
            assert before is None or before <= freshness.as_of


def _last(upto: int) -> dict[int, int]:
    return {parity: max((n for n in (upto, upto - 1) if n > 0 and n % 2 == parity), default=0) for parity in (0, 1)}
