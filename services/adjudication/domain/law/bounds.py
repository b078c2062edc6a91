"""What no rulebook may say, whoever adopts it: bounds of the law and of the house that no table of cases shows."""

from collections.abc import Iterator, Mapping

from events.facts.fact import Tier
from services.adjudication.domain.law.articles import Term, TierWord
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.domain.law.table.examine import Defect

MONTHS: Mapping[TierWord, tuple[int, int]] = {"restricted": (3, 12), "blacklisted": (12, 36)}
"""The NDRC's Order 36, in force 2026-04-01: a general case three months to a year, a serious one a year to three."""
PERSONS = 2
PLATFORMS = 2
INTERIM_HOURS = 72
REVIEW_DAYS = 3
"""Of the law: what was revoked is withdrawn within three working days (SAMR's Order 45, art. 11; Shanghai's rules of 2017)."""
HEARING_DAYS = 5
"""At least: nobody is heard in less, whatever a rulebook says."""
ANSWER_DAYS = 15
"""Of the E-commerce Law (arts 42-44), after which a platform takes back what was notified to it and nobody pursued."""
WATCH_MONTHS = 3
TURNED_DOWN_MONTHS = 6
"""At least; `make check-log` counts on it."""


def disorder(book: Rulebook) -> list[Defect]:
    """Bounds that are broken, names used twice, tiers without their guards."""
    broken = (*_rules(book), *_terms(book), *_waits(book), *_answers(book), *_interim(book))
    return [Defect("disorder", table, where) for table, where in broken]


def _rules(book: Rulebook) -> Iterator[tuple[str, str]]:
    names = [rule.name for rule in book.rules]
    yield from (("rules", f"{name} is there twice") for name in sorted({name for name in names if names.count(name) > 1}))
    if [rule.tier for rule in book.rules].count(Tier.WATCH) != 1:
        yield "rules", "one rule, and only one, leads to watch"
    for rule in book.rules:
        if rule.tier > Tier.WATCH and not rule.authority and rule.platforms < PLATFORMS:
            yield f"rules.{rule.name}", "no platform lists anybody alone"


def _terms(book: Rulebook) -> Iterator[tuple[str, str]]:
    for word, term in book.terms.items():
        yield from ((f"terms.{word}", broken) for broken in _term(word, term))


def _term(word: TierWord, term: Term) -> Iterator[str]:
    least, most = MONTHS.get(word, (1, 0))
    if not least <= term.least <= term.months <= term.most <= most:
        yield f"least, months and most are in order, and within {least} to {most} months"
    if not 0 < term.repair_after_months <= term.most:
        yield "repair lies within the term"
    if not term.measures or set(term.measures) & set(term.by_decision):
        yield "a measure is asked by default or by decision, not both, and one at least"
    if word == "blacklisted" and (term.persons < PERSONS or term.silence_decides):
        yield "two persons decide, and never silence"


def _waits(book: Rulebook) -> Iterator[tuple[str, str]]:
    waits = ("active_months", "watch_months", "waiting_days", "delivery_days", "review_days")
    yield from ((name, "takes some time") for name in waits if getattr(book, name) < 1)
    if book.review_days > REVIEW_DAYS:
        yield "review_days", f"at most {REVIEW_DAYS}"
    if book.hearing_days < HEARING_DAYS:
        yield "hearing_days", f"at least {HEARING_DAYS}"
    if book.turned_down_months < TURNED_DOWN_MONTHS:
        yield "turned_down_months", f"at least {TURNED_DOWN_MONTHS}"
    if book.watch_months > WATCH_MONTHS:
        yield "watch_months", f"at most {WATCH_MONTHS}"


def _answers(book: Rulebook) -> Iterator[tuple[str, str]]:
    for plea in ("objection", "appeal", "repair", "review"):
        if not 0 < getattr(book.answers, plea) <= ANSWER_DAYS:
            yield f"answers.{plea}", f"within {ANSWER_DAYS} working days"


def _interim(book: Rulebook) -> Iterator[tuple[str, str]]:
    """An interim measure lapses by itself; the breaker always has a rate at which it holds."""
    interim, breaker = book.interim, book.breaker
    if not 0 < interim.hours <= INTERIM_HOURS:
        yield "interim", f"at most {INTERIM_HOURS} hours"
    if set(interim.safety) & set(interim.fraud):
        yield "interim", "a category is one of safety or of fraud, not both"
    rates = ("minutes", "by_entity", "by_rule", "in_all", "share_from", "share_percent", "share_entities",
             "record_months", "record_fell", "record_percent")  # fmt: skip
    yield from (("breaker", f"{name} is at least 1") for name in rates if getattr(breaker, name) < 1)
    yield from (("breaker", f"{name} is at most 100") for name in ("share_percent", "record_percent") if getattr(breaker, name) > 100)
