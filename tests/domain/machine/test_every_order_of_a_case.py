"""Any case of a few statements, heard in every order there is, ends in the same state."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.facts.fact import Statement
from events.facts.sanction import SanctionImposed
from tests.domain.machine.said import statements
from tests.domain.test_the_order_does_not_matter import outcome


def _one_of_a_kind(statement: Statement) -> object:
    """A platform that gives one number to two different sanctions contradicts itself: the first in the log then holds."""
    return (statement.source, statement.sanction) if isinstance(statement, SanctionImposed) else statement.stream


cases = st.lists(statements, min_size=2, max_size=4, unique_by=_one_of_a_kind)
longer = st.lists(statements, min_size=4, max_size=6, unique_by=_one_of_a_kind)


def _ends_the_same(case: list[Statement]) -> None:
    expected = outcome(*case)
    for order in permutations(case):
        assert outcome(*order) == expected, [(statement.source, statement.id) for statement in order]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases)
def test_every_permutation_of_a_short_case_ends_in_the_same_state(case: list[Statement]) -> None:
    _ends_the_same(case)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(longer)
def test_every_permutation_of_a_longer_case_ends_in_the_same_state(case: list[Statement]) -> None:
    _ends_the_same(case)
