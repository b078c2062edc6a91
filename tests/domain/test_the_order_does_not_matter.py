"""Every order of a case's statements ends in the same state, and so does every repetition."""

from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st

from events.facts.fact import Category, Statement
from services.adjudication.domain.dossier import Dossier
from tests.domain.spec import (
    DEMOTE,
    FREEZE,
    LIMIT,
    NOON,
    Scene,
    amended,
    appealed,
    days,
    declared,
    discredited,
    imposed,
    lifted,
    ordered,
    upheld,
    verified,
)

STORIES: dict[str, list[Statement]] = {
    "two platforms and an overturned lift": [imposed("tmall"), imposed("pdd", LIMIT), lifted("pdd")],
    "three freezes, one settled": [imposed("tmall"), imposed("pdd"), imposed("jd"), lifted("jd", "settled")],
    "amended, appealed, upheld": [imposed("tmall"), imposed("pdd"), amended("tmall", LIMIT), appealed("tmall"), upheld("tmall")],
    "amended away": [imposed("tmall"), imposed("pdd"), amended("tmall", DEMOTE)],
    "evidence that fell": [imposed("tmall"), imposed("pdd"), verified("pdd", "e-pdd-s1"), discredited("pdd", "e-pdd-s1")],
    "evidence and an amendment": [imposed("tmall"), imposed("pdd"), amended("pdd", LIMIT), discredited("pdd", "e-pdd-s1")],
    "an authority joins": [imposed("tmall"), imposed("pdd"), ordered(FREEZE)],
    "an authority is overturned": [imposed("tmall"), imposed("pdd"), ordered(FREEZE), lifted("samr", account="case-17")],
    "two groups": [
        imposed("tmall"), imposed("pdd"),
        *(imposed(p, sanction="f", id=f"f-{p}", category=Category.FRAUD, proof=f"f-{p}") for p in ("tmall", "jd")),
    ],
    "shared evidence": [imposed("tmall", proof=("x", "y")), imposed("pdd", proof=("x", "z")), imposed("jd", proof="x")],
    "over, not lifted": [imposed("tmall"), imposed("pdd"), lifted("tmall", "expired")],
    "the same number twice": [imposed("tmall"), imposed("tmall", id="again", at=NOON + days(0.1)), lifted("tmall")],
    "who he is": [
        declared("tmall", name="公司", kind="enterprise"), imposed("pdd", name="福州某某公司", kind="individual_business"), lifted("pdd"),
        declared("jd", name="某某公司"),
    ],
}  # fmt: skip


def outcome(*statements: Statement) -> dict[str, Any]:
    """What matters of the end: which sanctions weigh and how, what is open, who he is. Not which statement came last."""
    scene = Scene()
    scene.now = NOON + days(1)
    scene.hear(*statements)
    return state(scene.dossier)


def state(dossier: Dossier) -> dict[str, Any]:
    weighing = {e.key: (e.weighing.measure, e.weighing.ends, e.weighing.eighths) for e in dossier.weighed.values() if e.discounted is None}
    return {
        "accounts": set(dossier.accounts),
        "known": (dossier.uscc, dossier.name, dossier.kind),
        "weighing": weighing,
        "watched": {dossier.weighed[w].key: watch.until for w, watch in dossier.watches.items()},
        "open": [
            (listing.tier, listing.rule, listing.group, {dossier.weighed[rest.weighing].key for rest in listing.basis})
            for listing in dossier.listings.values()
        ],
        "waiting": {stream for stream, note in dossier.notes.items() if note.waiting},
        "noted": set(dossier.notes) | set(dossier.evidence) | dossier.settled,
    }  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_every_permutation_ends_in_the_same_state(story: str) -> None:
    statements = STORIES[story]
    expected = outcome(*statements)
    for order in permutations(statements):
        assert outcome(*order) == expected, [statement.id for statement in order]


@pytest.mark.parametrize("story", STORIES)
def test_repetition_changes_nothing(story: str) -> None:
    statements = STORIES[story]
    assert outcome(*statements, *statements, *reversed(statements)) == outcome(*statements)


EVERYTHING = [statement for story in STORIES.values() for statement in story]


@settings(max_examples=60, deadline=None)
@cases(st.sets(st.integers(0, len(EVERYTHING) - 1), min_size=3, max_size=12), st.integers())
def test_any_mixture_of_cases_too(chosen: set[int], seed: int) -> None:
    statements = list({statement.stream: statement for statement in (EVERYTHING[index] for index in sorted(chosen))}.values())
    shuffled = list(statements)
    Random(seed).shuffle(shuffled)
    assert outcome(*shuffled) == outcome(*statements)
