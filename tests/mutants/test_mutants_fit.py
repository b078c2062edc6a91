"""Every mutant breaks a rule that is there: `make mutants` hunts them, and would say nothing of one that does not fit."""

import ast

import pytest

from tests.mutants.hunt import ROOT
from tests.mutants.mutant import MUTANTS, Misfit, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_fits_and_is_a_program(mutant: Mutant) -> None:
    source = (ROOT / mutant.path).read_text("utf-8")
    broken = mutant.of(source)
    assert broken != source
    ast.parse(broken)


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len(MUTANTS) >= 20
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_one_that_does_not_fit_says_so() -> None:
    with pytest.raises(Misfit):
        MUTANTS[0].of("nothing of the kind")
