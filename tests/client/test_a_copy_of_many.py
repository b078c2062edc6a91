"""A copy of very many: it loads in a moment, fits into little memory, and answers a million times a second."""

from pathlib import Path

from tests.client import many

SUBJECTS = 50_000
"""A twentieth of what is promised; all of it grows with the number. `python -m tests.client.many` measures the million."""
SLACK = 2.0
"""A processor half as fast as the one that the promise was measured on."""


def test_a_twentieth_of_a_million_takes_a_twentieth_of_what_is_promised_for_a_million(tmp_path: Path) -> None:
    found = many.measure(tmp_path / "copy.db", SUBJECTS)
    assert found.subjects == SUBJECTS
    assert found.loaded_cpu_seconds < 5 / 20 * SLACK, found
    assert found.questions_per_cpu_second > 1_000_000 / SLACK, found
    assert found.resident_mib < 40 + 260 / 20 + 5, found  # Python itself, a twentieth of the rest, and what tables grow by at once
