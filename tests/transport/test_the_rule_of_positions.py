"""What a follower does with an envelope depends on three numbers only."""

import pytest

from events.transport.positions import Judgement, judge


@pytest.mark.parametrize(
    ("position", "last", "previous", "verdict"),
    [
        (10, 9, 0, Judgement.DROP),
        (10, 10, 8, Judgement.DROP),
        (10, 15, 10, Judgement.APPLY),
        (10, 15, 8, Judgement.APPLY),
        (0, 3, 0, Judgement.APPLY),
        (10, 15, 12, Judgement.HOLE),
    ],
    ids=["below", "equal", "follows", "overlaps", "the first of all", "ahead"],
)
def test_an_envelope_is_dropped_applied_or_shows_a_hole(position: int, last: int, previous: int, verdict: Judgement) -> None:
    assert judge(position, last, previous) is verdict
