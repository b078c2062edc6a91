"""When sanctions of several platforms corroborate one another: of different legal entities, each on evidence of its own."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from events.facts.dossier import Weighing
from events.facts.fact import Tier


class Ground(NamedTuple):
    """A weighing with those of its listed hashes that still stand."""

    weighing: Weighing
    hashes: frozenset[str]
    spent: Tier = Tier.NONE
    """Up to which tier it brings no proposal about any more."""


def _rank(ground: Ground) -> tuple[int, int, object, object]:
    """What no listing rested on first, then the gravest, then the earliest: the same choice in whatever order the sanctions came.

    Whoever repeats an offence is not sheltered by an old sanction for which the earlier listing is over.
    """
    return (ground.spent, -ground.weighing.severity, ground.weighing.begins, ground.weighing.statement)


def _by_entity(grounds: Iterable[Ground]) -> dict[str, list[Ground]]:
    ordered = sorted(grounds, key=lambda ground: (ground.weighing.entity, *_rank(ground)))
    return {entity: list(theirs) for entity, theirs in groupby(ordered, key=lambda ground: ground.weighing.entity)}


def one_each(grounds: Iterable[Ground]) -> tuple[Weighing, ...]:
    return tuple(theirs[0].weighing for theirs in _by_entity(grounds).values())


def with_evidence_of_their_own(grounds: Iterable[Ground]) -> tuple[Weighing, ...]:
    """As many entities as possible, each with a hash that none of the others uses: a matching by augmenting paths."""
    entities = _by_entity(ground for ground in grounds if ground.hashes)
    user_of: dict[str, tuple[str, Weighing]] = {}

    def give(entity: str, tried: set[str]) -> bool:
        for ground in entities[entity]:
            for named in sorted(ground.hashes - tried):
                tried.add(named)
                if named not in user_of or give(user_of[named][0], tried):
                    user_of[named] = (entity, ground.weighing)
                    return True
        return False

    for entity in entities:
        give(entity, set())
    return tuple(weighing for _, weighing in sorted(user_of.values(), key=lambda used: used[0]))
