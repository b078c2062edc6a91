"""The proof of a rulebook of the hub: as tables with all their cases, of which each must have exactly one answer."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import msgspec

from events.facts.fact import Category, Measure, Tier
from services.adjudication.domain.law.articles import Rule, Term, WeightOfMeasure
from services.adjudication.domain.law.bounds import disorder
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.domain.law.table.cases import Axis, Entry, Part, Span, Table
from services.adjudication.domain.law.table.examine import Defect, examine

AUTHORITY = "authority of severity"


class BrokenRules(ValueError):
    """A rulebook leaves a case without an answer, or answers one twice: nobody may decide by it."""

    def __init__(self, version: str, defects: list[Defect]) -> None:
        super().__init__(f"{version}: " + "; ".join(map(str, defects)))
        self.defects = defects


def parse(text: str) -> Rulebook:
    """The rulebook of a TOML text. msgspec.ValidationError names what does not fit the schema, BrokenRules every defect of the rules."""
    book = msgspec.toml.decode(text, type=Rulebook)
    defects = prove(book)
    if defects:
        raise BrokenRules(book.version, defects)
    return book


def prove(book: Rulebook) -> list[Defect]:
    """Everything that is wrong with the book; nothing when every case of it has exactly one answer."""
    found = examine(weights(book)) + examine(groups(book)) + examine(tiers(book))
    for name, number in TERMS.items():
        found += examine(terms(book, name, number))
    return found + climb(book) + disorder(book)


def weights(book: Rulebook) -> Table[WeightOfMeasure]:
    """Each measure has a weight, and a harder measure weighs, costs and lasts no less than a milder one."""
    entries = tuple(Entry(f"measures.{measure}", {"measure": frozenset([measure])}, weight) for measure, weight in book.measures.items())
    return Table("measures", (Axis("measure", tuple(Measure)),), entries, lambda it: (it.severity, it.points, it.months))


def climb(book: Rulebook) -> list[Defect]:
    """Along the ladder of measures none of the three numbers falls."""
    columns: Mapping[str, Callable[[WeightOfMeasure], int]] = {
        "severity": lambda it: it.severity, "points": lambda it: it.points, "months": lambda it: it.months,
    }  # fmt: skip
    entries = weights(book).entries
    ladder = (Axis("measure", tuple(Measure), climbs="never_milder"),)
    tables = [Table(f"measures.{name}", ladder, entries, lambda it, of=of: (of(it),)) for name, of in columns.items()]  # type: ignore[misc]
    return [defect for table in tables for defect in examine(table) if defect.kind == "milder"]


def groups(book: Rulebook) -> Table[int]:
    """Each category is in one group."""
    entries = tuple(Entry(f"groups.{group.name}", {"category": frozenset(group.categories)}, group.eighths) for group in book.groups)
    return Table("groups", (Axis("category", tuple(Category)),), entries, lambda eighths: (eighths,))


def at_least(severity: int) -> str:
    """The axis that counts platforms with evidence of their own, from this severity on."""
    return f"platforms of severity {severity}+"


def tiers(book: Rulebook) -> Table[Tier]:
    """What a group of violations leads to, by how many platforms and by which authority: every rule is the answer of some case."""
    bounds = sorted({rule.severity for rule in book.rules if not rule.authority})
    axes = (
        Axis("group", tuple(group.name for group in book.groups)),
        *(Axis(at_least(severity), whole=Span(0), climbs="never_milder") for severity in bounds),
        Axis(AUTHORITY, whole=Span(0), climbs="never_milder"),
    )
    rules = tuple(Entry(f"rules.{rule.name}", _where(book, rule), rule.tier, (rule.tier, -place)) for place, rule in enumerate(book.rules))
    nothing = Entry("none", {}, Tier.NONE, (Tier.NONE, 0))

    def possible(case: Mapping[str, Part]) -> bool:
        """Whoever is as grave as the higher bound is as grave as the lower one."""
        counts = [count for severity in bounds if isinstance(count := case[at_least(severity)], Span)]
        return all(milder.most is None or milder.most >= graver.least for milder, graver in pairwise(counts))

    return Table("tiers", axes, (*rules, nothing), lambda tier: (tier,), possible)


def _where(book: Rulebook, rule: Rule) -> dict[str, frozenset[str] | Span]:
    leading = frozenset(group.name for group in book.groups if rule.tier <= group.highest_tier)
    return {
        "group": leading,
        AUTHORITY if rule.authority else at_least(rule.severity): Span(rule.severity if rule.authority else rule.platforms),
    }


TERMS: Mapping[str, Callable[[Term], int]] = {
    "months": lambda term: term.months,
    "least": lambda term: term.least,
    "most": lambda term: term.most,
    "persons": lambda term: term.persons,
    "repair_after_months": lambda term: term.repair_after_months,
}


def terms(book: Rulebook, name: str, number: Callable[[Term], int]) -> Table[int]:
    """Each tier above watch has a term, and the harder tier no less of anything."""
    words = tuple(tier.word for tier in Tier if tier > Tier.WATCH)
    entries = tuple(Entry(f"terms.{word}", {"tier": frozenset([word])}, number(term)) for word, term in book.terms.items())
    return Table(f"terms.{name}", (Axis("tier", words, climbs="never_milder"),), entries, lambda answer: (answer,))
