"""Adjudication's README names every guard of every step, and holds a table that `make simulate` wrote of all mixes."""

import pytest

from services.adjudication.domain.decide.guards import GUARDS
from tests.simulation.__main__ import README, SEED
from tests.simulation.mix import MAIN, MIXES
from tests.simulation.table import HEAD, row, simulate

TEXT = README.read_text("utf-8")


def test_every_guard_of_every_step() -> None:
    rows = {f"| {step} | {' · '.join(guard.code for guard in guards)} |" for step, guards in GUARDS.items()}
    assert rows - set(TEXT.splitlines()) == set()


def rows() -> list[str]:
    begin, end = "<!-- make simulate -->", "<!-- /make simulate -->"
    table = TEXT[TEXT.index(begin) + len(begin) : TEXT.index(end)].strip().splitlines()
    assert table[:2] == HEAD.splitlines()
    return table[2:]


def test_a_row_for_each_mix() -> None:
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows()] == [mix.name for mix in MIXES]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", range(len(MIXES)))
def test_what_is_played_today_is_what_the_table_says(number: int) -> None:
    """Whoever changes a rule has to look at what it does: `make simulate`."""
    assert rows()[number] == row(MIXES[number], simulate(MIXES[number], SEED))


def test_nobody_innocent_in_the_row_that_is_claimed() -> None:
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {MAIN.name} |"))
    assert "**0 of 2400 " in row
