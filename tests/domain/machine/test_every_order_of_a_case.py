"""Any case of a few statements, heard in every order there is, ends in the same state."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.facts.fact import Statement
from events.facts.sanction import SanctionImposed
from tests.domain.machine.said import statements
from tests.domain.spec import Scene, days, imposed, lifted
from tests.domain.test_the_order_does_not_matter import outcome, state


def _one_of_a_kind(statement: Statement) -> object:
    """A platform that gives one number to two different sanctions contradicts itself: the first in the log then holds."""
    return (statement.source, statement.sanction) if isinstance(statement, SanctionImposed) else statement.stream


cases = st.lists(statements, min_size=2, max_size=4, unique_by=_one_of_a_kind)
longer = st.lists(statements, min_size=4, max_size=6, unique_by=_one_of_a_kind)


def _ends_the_same(case: list[Statement]) -> None:
    ends = _every_end(_tomorrow(), case, ())
    _, expected = next(ends)
    for order, end in ends:
        assert end == expected, [(statement.source, statement.id) for statement in order]


def _tomorrow() -> Scene:
    scene = Scene()
    scene.now += days(1)
    return scene


def _every_end(scene: Scene, left: list[Statement], heard: tuple[Statement, ...]) -> Iterator[tuple[tuple[Statement, ...], dict[str, Any]]]:
    """Of every order; what two of them have in common at their beginning is heard once."""
    if not left:
        yield heard, state(scene.dossier)
    for number, statement in enumerate(left):
        further = Scene(scene.dossier, scene.now)
        further.position = scene.position
        further.hear(statement)
        yield from _every_end(further, left[:number] + left[number + 1 :], (*heard, statement))


def test_every_order_there_is_comes_to_an_end() -> None:
    case = [imposed("tmall"), imposed("pdd"), lifted("pdd")]
    ends = dict(_every_end(_tomorrow(), case, ()))
    assert set(ends) == set(permutations(case))
    assert all(end == outcome(*order) for order, end in ends.items())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases)
def test_every_permutation_of_a_short_case_ends_in_the_same_state(case: list[Statement]) -> None:
    _ends_the_same(case)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(longer)
def test_every_permutation_of_a_longer_case_ends_in_the_same_state(case: list[Statement]) -> None:
    _ends_the_same(case)
