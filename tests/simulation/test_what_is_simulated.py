"""The simulation plays the real rules, the same way each time, and by the figures that it names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts.fact import Statement
from events.facts.listing import ListingProposed
from tests.domain.machine import said
from tests.domain.spec import Scene, days
from tests.simulation.figures import RATES
from tests.simulation.mix import MAIN, MIXES, Mix
from tests.simulation.table import Rate, row, simulate, wrongful

SMALL = MAIN._replace(accused=40, others=8)


def test_one_hostile_platform_and_colluding_reporters_restrict_nobody() -> None:
    outcomes = simulate(SMALL, seed=1)
    assert wrongful(outcomes).found == 0
    assert [it for it in outcomes if it.findings] == []
    assert all(it.restricted for it in outcomes if it.kind == "hopping")
    assert "0 of 56" in row(SMALL, outcomes)


def test_a_seed_tells_the_same_story_again() -> None:
    mix = SMALL._replace(accused=6, others=2)
    assert simulate(mix, seed=3) == simulate(mix, seed=3)
    assert simulate(mix, seed=3) != simulate(mix, seed=4)


def test_it_can_fail() -> None:
    """Two hostile platforms and people who do not look are enough: a simulation that never restricts the innocent shows nothing."""
    outcomes = simulate(Mix("bad", hostile=2, spots=0.0, accused=10, others=0), seed=1)
    assert wrongful(outcomes).found >= 8


def test_rates_are_the_published_ones() -> None:
    assert RATES.acted_on == pytest.approx(0.4207, abs=1e-4)
    assert RATES.wrong_share == pytest.approx(0.00368, abs=1e-5)
    assert RATES.reversal == (pytest.approx(0.3970, abs=1e-4), pytest.approx(0.6717, abs=1e-4))
    assert MAIN in MIXES


@pytest.mark.parametrize(
    ("found", "of", "low", "high"), [(0, 100, 0.0, 0.0370), (5, 100, 0.0215, 0.1118), (50, 100, 0.4038, 0.5962), (100, 100, 0.9630, 1.0)]
)
def test_intervals_are_wilsons(found: int, of: int, low: float, high: float) -> None:
    assert Rate(found, of).interval == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


one_entity = said.statements.filter(lambda it: it.source in ("/platforms/tmall", "/platforms/taobao"))


@settings(max_examples=60, deadline=None)
@given(st.lists(one_entity, max_size=12), st.lists(st.sampled_from((0.0, 1.0, 40.0)), min_size=12, max_size=12))
def test_one_legal_entity_alone_never_brings_a_proposal_about(statements: list[Statement], waits: list[float]) -> None:
    """Whatever it says, by however many platforms of its own, and however often."""
    scene = Scene()
    for statement, wait in zip(statements, waits, strict=False):
        scene.hear(statement)
        scene.wait(days(wait))
    assert [fact for fact in scene.history if isinstance(fact, ListingProposed)] == []
