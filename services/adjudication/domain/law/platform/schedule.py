"""The published penalty schedule of a platform: which offence, how often repeated, with how many items, costs what. Data, as published."""

from datetime import date, timedelta
from typing import Literal

import msgspec

from events.facts.fact import Category, Measure
from services.adjudication.domain.law.calendar import add_months
from services.adjudication.domain.law.table.cases import Axis, Entry, Span, Table
from services.adjudication.domain.law.table.examine import Defect, examine

ORDINARY = "ordinary"
LONGEST = 10_000
"""Days of a step that has no end, when two are compared."""


class Step(msgspec.Struct, frozen=True):
    """A step of the platform's own ladder, and the measure of the hub that it is."""

    word: str
    en: str
    measure: Measure


class Penalty(msgspec.Struct, frozen=True):
    """A step with its length; without end when neither is given."""

    step: int
    measure: Measure
    days: int | None = None
    months: int | None = None

    @property
    def hardness(self) -> tuple[int, int]:
        """By the ladder of the platform, then by the length; a month counts as thirty days only here."""
        return self.step, self.days or 30 * (self.months or 0) or LONGEST

    def last_day(self, begins: date) -> date | None:
        """The day on which it ends, by the calendar; None when it does not end."""
        if self.months is not None:
            return add_months(begins, self.months)
        return None if self.days is None else begins + timedelta(days=self.days)


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cell of the schedule. `offence` and `quantity` are [least] or [least, most], both included; left out: any.

    `says` is what the platform published, word for word; `doubtful` the quantities of which these words leave open whether they
    are meant. An `override` comes before what has none.
    """

    name: str
    says: str
    step: str
    days: int | None = None
    months: int | None = None
    offence: tuple[int, ...] = ()
    quantity: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()
    gravity: tuple[str, ...] = ()
    override: bool = False


class PlatformRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One category of offences with its schedule, or with none: `withheld` is what the platform keeps to itself."""

    name: str
    zh: str
    en: str
    categories: tuple[Category, ...]
    schedule: Literal["published", "withheld"] = "published"
    aliases: tuple[str, ...] = ()
    gravities: tuple[str, ...] = (ORDINARY,)
    rows: tuple[Row, ...] = ()


class PlatformBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a platform's published rules. Offences count when upheld, never when only reported."""

    version: str
    platform: str
    zh: str
    en: str
    window_months: int
    steps: tuple[Step, ...]
    rules: tuple[PlatformRule, ...]

    def find(self, cited: str) -> PlatformRule | None:
        """The rule that a sanction cites, by its name, its title or another word for it."""
        word = cited.strip().casefold()
        return next(
            (rule for rule in self.rules if word in {name.casefold() for name in (rule.name, rule.zh, rule.en, *rule.aliases)}), None
        )

    def penalty(self, row: Row) -> Penalty:
        """StopIteration for a step that the ladder does not have; `read` refuses such a book."""
        place, step = next((place, step) for place, step in enumerate(self.steps) if step.word == row.step)
        return Penalty(place, step.measure, row.days, row.months)

    def table(self, rule: PlatformRule) -> Table[Penalty]:
        """The rule's schedule with all its cases: how grave, the how-manieth offence, how many items."""
        axes = (Axis("gravity", rule.gravities), Axis("offence", climbs="harder"), Axis("quantity", climbs="never_milder"))
        return Table(rule.name, axes, tuple(self._entry(row) for row in rule.rows), lambda penalty: penalty.hardness)

    def _entry(self, row: Row) -> Entry[Penalty]:
        spans = {"offence": row.offence, "quantity": row.quantity}
        where: dict[str, frozenset[str] | Span] = {name: span(bounds) for name, bounds in spans.items() if bounds}
        if row.gravity:
            where["gravity"] = frozenset(row.gravity)
        doubtful = ("quantity", span(row.doubtful)) if row.doubtful else None
        return Entry(row.name, where, self.penalty(row), (int(row.override),), doubtful)


def span(bounds: tuple[int, ...]) -> Span:
    return Span(bounds[0], bounds[1] if len(bounds) > 1 else None)


def defects(book: PlatformBook) -> list[Defect]:
    """What is wrong with the schedule as it is published: reported, never repaired. A reader takes the lenient side of it."""
    withheld = [Defect("withheld", rule.name, rule.zh) for rule in book.rules if rule.schedule == "withheld"]
    return withheld + [found for rule in book.rules if rule.schedule == "published" for found in examine(book.table(rule))]


def read(text: str) -> PlatformBook:
    """The book of a TOML text. Defects of the platform's rules are let be; words that the book itself does not explain are refused."""
    book = msgspec.toml.decode(text, type=PlatformBook)
    words = {step.word for step in book.steps}
    for rule in book.rules:
        for row in rule.rows:
            if row.step not in words or not set(row.gravity) <= set(rule.gravities):
                raise ValueError(f"{book.version}: {row.name} names a step or a gravity that the book does not have")
            if any(len(bounds) > 2 or list(bounds) != sorted(bounds) for bounds in (row.offence, row.quantity, row.doubtful)):
                raise ValueError(f"{book.version}: {row.name} has bounds in the wrong order")
        if (rule.schedule == "withheld") != (not rule.rows) or ORDINARY not in rule.gravities:
            raise ValueError(f"{book.version}: {rule.name} has a schedule, with an ordinary case, or withholds it")
    return book
