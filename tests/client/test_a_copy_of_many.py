"""A copy of very many fits into little memory. How fast it loads and answers, `python -m tests.client.many` measures."""

from pathlib import Path

from tests.client import many

SUBJECTS = 20_000
"""A fiftieth of what is promised; all of it grows with the number."""


def test_a_fiftieth_of_a_million_takes_a_fiftieth_of_the_memory_that_is_promised_for_a_million(tmp_path: Path) -> None:
    found = many.measure(tmp_path / "copy.db", SUBJECTS)
    assert found.subjects == SUBJECTS
    assert found.resident_mib < 40 + 260 / 50 + 5, found  # Python itself, a fiftieth of the rest, and what tables grow by at once
