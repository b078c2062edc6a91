"""The proof of a scorecard: every score has exactly one grade, more is never worse, and everything has its words. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, get_args

from events.facts.dossier import Group
from events.facts.fact import Measure
from projections.credit.scorecard import Scorecard, Text

LINES = ("CAP", "FLOOR", "ROUNDING")


class Defect(NamedTuple):
    """What is wrong with which part of a scorecard."""

    kind: Literal["gap", "overlap", "milder", "unreached", "disorder"]
    table: str
    where: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.table} {self.where}"


class BrokenScorecard(ValueError):
    """A scorecard leaves a case without an answer, or answers one twice: nobody is scored by it."""

    def __init__(self, version: str, defects: list[Defect]) -> None:
        super().__init__(f"{version}: " + "; ".join(map(str, defects)))
        self.defects = defects


def prove(card: Scorecard) -> list[Defect]:
    """Everything that is wrong with the card; nothing when every score, every entity and every measure has exactly one answer."""
    return [*_grades(card), *_bounds(card), *_words(card)]


def _grades(card: Scorecard) -> Iterator[Defect]:
    """A grade goes from its own bound up to the next one: cut there, no two scores of a part have different grades."""
    bounds = sorted({card.floor, *(grade.least for grade in card.grades)})
    at = {bound: [grade.letter for grade in card.grades if grade.least == bound] for bound in bounds}
    if not any(grade.least <= card.floor for grade in card.grades):
        lowest = min((grade.least for grade in card.grades), default=card.full + 1)
        yield Defect("gap", "grades", f"score {card.floor}-{lowest - 1}")
    for bound, letters in at.items():
        if len(letters) > 1:
            yield Defect("overlap", "grades", f"score {bound} ({', '.join(letters)})")
        if letters and not card.floor <= bound <= card.full:
            yield Defect("unreached", "grades", ", ".join(letters))
    climbing = [letters[0] for letters in at.values() if letters]
    if climbing != sorted(set(climbing), reverse=True):
        yield Defect("milder", "grades", f"{' < '.join(climbing)}: a higher score has the better letter")


def _bounds(card: Scorecard) -> Iterator[Defect]:
    more, of = card.corroboration
    if not card.floor < card.full:
        yield Defect("disorder", "score", "floor lies below full")
    if not 0 < card.entity_cap <= card.full - card.floor:
        yield Defect("disorder", "entity_cap", "no legal entity takes more than there is, and each takes something")
    if of < 1:
        yield Defect("gap", "corroboration", "entities 2+")
    elif more < 0:
        yield Defect("milder", "corroboration", "entities 2+: another one makes it worse, never better")


def _words(card: Scorecard) -> Iterator[Defect]:
    wanted: tuple[tuple[str, Iterable[str], Mapping[Any, Text]], ...] = (
        ("measures", Measure, card.measures), ("groups", get_args(Group), card.groups), ("lines", LINES, card.lines),
    )  # fmt: skip
    for table, names, there in wanted:
        for name in names:
            if name not in there or not (there[name].zh and there[name].en):
                yield Defect("gap", table, str(name))
