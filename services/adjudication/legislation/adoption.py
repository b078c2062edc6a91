"""How a rulebook comes into force: a maker, a backtest, a checker who is somebody else, and seven days' notice. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from events.facts.fact import Fact
from events.facts.rulebook import RulebookAdopted, RulebookBacktested, RulebookDrafted, RulebookFact, RulebookWithdrawn
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide.guards import Guard
from services.adjudication.domain.draft import Person
from services.adjudication.domain.law.calendar import day_of

NOTICE = timedelta(days=7)
"""Whole days between the announcement and the day on which it comes into force; the E-Commerce Law, art. 34, asks as much of platforms."""


class Version(msgspec.Struct, frozen=True):
    """A version and what has happened to it."""

    version: str
    text: str = ""
    sha256: str = ""
    effective: date = date.max
    maker: str = ""
    drafted_at: datetime | None = None
    backtested: str | None = None
    """sha256 of the text that was tried on the log."""
    checker: str | None = None
    adopted_at: datetime | None = None
    withdrawn: bool = False

    def state(self, today: date) -> Literal["draft", "announced", "adopted", "withdrawn"]:
        """`adopted`: it has come into force, and may have been replaced since."""
        if self.withdrawn:
            return "withdrawn"
        if self.checker is None:
            return "draft"
        return "adopted" if self.effective <= today else "announced"


class Motion(NamedTuple):
    """What a guard looks at."""

    version: Version
    by: Person
    effective: date
    now: datetime


def _by_a(role: str) -> Guard:
    words = {"reviewer": ("须由审核员提出", "a reviewer drafts"), "approver": ("须由批准人办理", "an approver decides")}[role]
    return Guard(f"by-{role}", *words, lambda motion: motion.by.role == role)


NOT_ADOPTED = Guard("not-adopted", "已通过的版本不得修改", "what was adopted is not written anew", lambda m: m.version.checker is None)
DRAFTED = Guard("drafted", "须有草案", "there is a draft", lambda m: m.version.drafted_at is not None and not m.version.withdrawn)
BACKTESTED = Guard(
    "backtested", "须已对该文本回测", "this very text was tried on the log: make backtest",
    lambda m: m.version.backtested is not None and m.version.backtested == m.version.sha256,
)  # fmt: skip
ANOTHER = Guard("another-than-maker", "须由起草人以外的人办理", "another person than the maker", lambda m: m.by.code != m.version.maker)
NOTICED = Guard(
    "seven-days-notice", "生效须在公布满七日之后", "seven whole days lie between the announcement and its first day",
    lambda m: m.effective - day_of(m.now) > NOTICE,
)  # fmt: skip
NOT_IN_FORCE = Guard(
    "not-in-force-yet", "须尚未生效", "it is not in force yet: afterwards another version replaces it",
    lambda m: m.version.effective > day_of(m.now) and not m.version.withdrawn,
)  # fmt: skip
RULEBOOK_GUARDS: Mapping[str, tuple[Guard, ...]] = {
    "draft-rulebook": (_by_a("reviewer"), NOT_ADOPTED, NOTICED),
    "adopt-rulebook": (_by_a("approver"), DRAFTED, NOT_ADOPTED, ANOTHER, BACKTESTED, NOTICED),
    "withdraw-rulebook": (_by_a("approver"), DRAFTED, NOT_IN_FORCE),
}


def admit(step: str, motion: Motion) -> None:
    """Refused by the first guard that does not hold."""
    for guard in RULEBOOK_GUARDS[step]:
        if not guard.holds(motion):
            raise Refused(guard.code, guard.en, guard.zh)


def draft(version: Version, text: str, sha256: str, effective: date, by: Person, reason: str, now: datetime) -> RulebookFact:
    """The text is one that the verifier found clean."""
    admit("draft-rulebook", Motion(version, by, effective, now))
    return RulebookDrafted(version=version.version, at=now, by=by.code, sha256=sha256, reason=reason, text=text, effective=effective)


def adopt(version: Version, by: Person, reason: str, now: datetime) -> RulebookFact:
    """The two persons are the maker and the checker."""
    admit("adopt-rulebook", Motion(version, by, version.effective, now))
    return RulebookAdopted(
        version=version.version, at=now, by=by.code, sha256=version.sha256, reason=reason, effective=version.effective
    )  # fmt: skip


def withdraw(version: Version, by: Person, reason: str, now: datetime) -> RulebookFact:
    """Before it is in force; one person is enough to take back what restricts nobody yet."""
    admit("withdraw-rulebook", Motion(version, by, version.effective, now))
    return RulebookWithdrawn(version=version.version, at=now, by=by.code, sha256=version.sha256, reason=reason)


def evolve(state: Version, fact: Fact) -> Version:
    """Total and silent, as every fold."""
    match fact:
        case RulebookDrafted(text=text, sha256=sha256, effective=effective, by=by, at=at):
            return replace(state, text=text, sha256=sha256, effective=effective, maker=by, drafted_at=at, withdrawn=False)
        case RulebookBacktested(sha256=sha256):
            return replace(state, backtested=sha256)
        case RulebookAdopted(by=by, at=at):
            return replace(state, checker=by, adopted_at=at)
        case RulebookWithdrawn():
            return replace(state, withdrawn=True)
    return state


def in_force(versions: Iterable[Version], day: date) -> Version | None:
    """The one that came into force last; of two with one first day, the one that was adopted later."""
    due = [it for it in versions if it.adopted_at is not None and not it.withdrawn and it.effective <= day]
    return max(due, key=lambda it: (it.effective, it.adopted_at), default=None)
