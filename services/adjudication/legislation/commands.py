"""What people do with versions of the rules: draft one, adopt it, take it back. Each is done once, with its reason in the vault."""

import re
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from events.facts.rulebook import RulebookBacktested, RulebookFact
from events.wire.problems import Fault
from services.adjudication.application.commands import Act, Commands, Order
from services.adjudication.domain.draft import Moment
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.domain.law.proof import BrokenRules
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.legislation import adoption, records
from services.adjudication.legislation.adoption import Version
from services.adjudication.rulebooks import shipped_texts, understand
from services.web import Problem
from services.web.commands import Done

VERSION = re.compile(r"[0-9]{4}\.[0-9]{1,4}")
Step = Callable[[Version, Moment, str], RulebookFact]
"""A step with a version: what has happened to it, when, and the digest of the reason."""


class ShownVersion(msgspec.Struct, frozen=True):
    """A version as anybody may see it. `draft` binds nobody; `announced`: from `effective` on; `adopted`: it came into force."""

    version: str
    state: str
    in_force: bool
    sha256: str
    effective: date


class Versions(msgspec.Struct, frozen=True):
    """The one in force is marked."""

    items: list[ShownVersion]


class Tried(NamedTuple):
    """How many a version would have listed, freed, or scored otherwise, on the log up to a position."""

    position: int
    listed: int
    freed: int
    scored: int


def text_digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def understood(text: str) -> Rulebook:
    """The book of a text; the problem names every case without exactly one answer."""
    try:
        return understand(text)
    except BrokenRules as broken:
        faults = [Fault("#/text", defect.kind, str(defect)) for defect in broken.defects]
        raise Problem("rulebook-defective", str(broken), faults) from None
    except (ValueError, msgspec.ValidationError) as unreadable:
        raise Problem("rulebook-defective", str(unreadable)) from None


def _named(book: Rulebook) -> Rulebook:
    if VERSION.fullmatch(book.version) is None:
        raise Problem("rulebook-defective", "A version is a year and a number: 2027.1")
    return book


class Legislation:
    """Any number of threads may use it."""

    def __init__(self, commands: Commands, pool: ConnectionPool, base: str, clock: Callable[[], datetime]) -> None:
        """`base`: the shipped version, which is in force until another one is."""
        self._commands, self._pool, self._base, self._clock = commands, pool, base, clock

    def draft(self, text: str, order: Order) -> Done:
        """Write a version down, or write its draft anew. Proved before anything is kept."""
        book = _named(understood(text))
        if book.version in shipped_texts():
            raise Problem("not-allowed-now", "not-adopted: this version was shipped with the hub")
        return self._commands.decide(
            order,
            self._step(
                book.version,
                lambda version, moment, reason: adoption.draft(
                    version, text, text_digest(text), book.effective, order.by, reason, moment.now
                ),
            ),
        )

    def adopt(self, version: str, digest: str, order: Order) -> Done:
        """The second person; `digest` is of the text that he has read."""

        def step(draft: Version, moment: Moment, reason: str) -> RulebookFact:
            if draft.sha256 != digest:
                raise Problem("precondition-failed", "The draft is another text than the one that was read.")
            return adoption.adopt(draft, order.by, reason, moment.now)

        return self._commands.decide(order, self._step(version, step))

    def withdraw(self, version: str, order: Order) -> Done:
        """Take back what is not in force yet."""
        return self._commands.decide(
            order, self._step(version, lambda draft, moment, reason: adoption.withdraw(draft, order.by, reason, moment.now))
        )

    def versions(self) -> Versions:
        """Every version, the shipped ones first."""
        with self._pool.connection() as conn:
            known = [version for version, _ in records.load(conn, records.versions(conn)).values()]
        today = day_of(self._clock())
        current = adoption.in_force(known, today)
        ruling = self._base if current is None else current.version
        shipped = [(understand(text), text) for text in shipped_texts().values()]
        items = [ShownVersion(book.version, "adopted", book.version == ruling, text_digest(text), book.effective) for book, text in shipped]
        return Versions(items + [_shown(version, today, ruling) for version in known])

    def text(self, version: str) -> str:
        """As it was written, drafts too: who is to be bound by it may read it before."""
        shipped = shipped_texts()
        if version in shipped:
            return shipped[version]
        with self._pool.connection() as conn:
            found, length = records.load(conn, [version])[version]
        if not length:
            raise Problem("not-found")
        return found.text

    def _step(self, name: str, step: Step) -> Act:
        def act(conn: psycopg.Connection, _: object, moment: Moment, reason: str) -> Done:
            version, length = records.load(conn, [name])[name]
            after = records.save(conn, version, length, step(version, moment, reason))
            return Done(200, msgspec.to_builtins(_shown(after, day_of(moment.now), self._base)))

        return act


def record_backtest(conn: psycopg.Connection, name: str, digest: str, tried: Tried, now: datetime) -> bool:
    """Note that this very text was tried, in the caller's transaction; False when it is nobody's draft."""
    version, length = records.load(conn, [name])[name]
    if version.sha256 != digest or version.checker is not None:
        return False
    fact = RulebookBacktested(version=name, at=now, by="hub", sha256=digest, **tried._asdict())
    records.save(conn, version, length, fact)
    return True


def _shown(version: Version, today: date, ruling: str) -> ShownVersion:
    return ShownVersion(version.version, version.state(today), version.version == ruling, version.sha256, version.effective)
