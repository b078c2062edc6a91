"""Adjudication's README names every guard of every step, and holds a table that `make simulate` wrote of all mixes."""

from services.adjudication.domain.decide.guards import GUARDS
from tests.simulation.__main__ import README
from tests.simulation.mix import MAIN, MIXES
from tests.simulation.table import HEAD

TEXT = README.read_text("utf-8")


def test_every_guard_of_every_step() -> None:
    rows = {f"| {step} | {' · '.join(guard.code for guard in guards)} |" for step, guards in GUARDS.items()}
    assert rows - set(TEXT.splitlines()) == set()


def test_a_row_for_each_mix() -> None:
    begin, end = "<!-- make simulate -->", "<!-- /make simulate -->"
    table = TEXT[TEXT.index(begin) + len(begin) : TEXT.index(end)].strip().splitlines()
    assert table[:2] == HEAD.splitlines()
    assert [row.split(" | ")[0].removeprefix("| ") for row in table[2:]] == [mix.name for mix in MIXES]


def test_nobody_innocent_in_the_row_that_is_claimed() -> None:
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {MAIN.name} |"))
    assert "**0 of 2400 " in row
