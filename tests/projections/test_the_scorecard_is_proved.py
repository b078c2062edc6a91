"""A scorecard in which some score has no grade, or two, is refused with the name of the defect."""

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import pytest

from projections.credit import read
from projections.credit.proof import BrokenScorecard, prove
from projections.credit.score import score

FOLDER = Path(read.__file__).with_name("scorecards")
TEXT = (FOLDER / "2026.1.toml").read_text(encoding="utf-8")


def broken(old: str, new: str) -> list[str]:
    assert old in TEXT
    with pytest.raises(BrokenScorecard) as refused:
        read.parse(TEXT.replace(old, new, 1))
    return [str(defect) for defect in refused.value.defects]


def test_every_scorecard_that_is_shipped_is_clean_and_bears_the_name_of_its_file() -> None:
    began = perf_counter()
    for file in FOLDER.glob("*.toml"):
        card = read.parse(file.read_text(encoding="utf-8"))
        assert (prove(card), f"{card.version}.toml") == ([], file.name)
    assert perf_counter() - began < 1.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("from = 0\n", "from = 100\n", "gap: grades score 0-99"),
        ("from = 700", "from = 850", "overlap: grades score 850 (A, B)"),
        ("from = 850", "from = 1001", "unreached: grades A"),
        ('letter = "C"', 'letter = "A"', "milder: grades D < A < B < A: a higher score has the better letter"),
        (
            "entity_cap = 500",
            "entity_cap = 1001",
            "disorder: entity_cap no legal entity takes more than there is, and each takes something",
        ),
        ("entity_cap = 500", "entity_cap = 0", "disorder: entity_cap no legal entity takes more than there is, and each takes something"),
        ("corroboration = [1, 4]", "corroboration = [1, 0]", "gap: corroboration entities 2+"),
        (
            "corroboration = [1, 4]",
            "corroboration = [-1, 4]",
            "milder: corroboration entities 2+: another one makes it worse, never better",
        ),
        ("floor = 0", "floor = 1000", "disorder: score floor lies below full"),
        ('expel = { zh = "清退", en = "expelled" }\n', "", "gap: measures expel"),
        ('other = { zh = "其他", en = "other" }', 'other = { zh = "其他", en = "" }', "gap: groups other"),
        ("CAP = {", "CUP = {", "gap: lines CAP"),
    ],
)
def test_each_defect_is_named(old: str, new: str, said: str) -> None:
    assert said in broken(old, new)


def test_every_score_there_is_has_one_grade() -> None:
    """Score by score, and not only at the bounds: the letter that the card gives is the one that its bands say."""
    card = read.scorecard()
    letters = {points: [it.letter for it in card.grades if it.least <= points][:1] for points in range(card.floor, card.full + 1)}
    assert all(len(letter) == 1 for letter in letters.values())
    assert [letters[points][0] for points in (0, 499, 500, 699, 700, 849, 850, 1000)] == list("DDCCBBAA")
    assert score((), datetime(2026, 11, 20, tzinfo=UTC), card).grade == letters[1000][0]
