"""What the hub notes of reporters: never who they are, and never in a dossier. A reporter is the platform's token, re-keyed by the hub."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID, uuid5

from events.facts.dossier import AccountRef, StatementRef
from events.facts.fact import Fact

NS_REPORTER = UUID("c3f1c9e4-52a0-5a3e-9a4c-7d0b1e2f3a05")

Rung = Literal["none", "warned", "quota_one", "suspended", "reported"]
"""How far up a reporter is: warned, one respondent a day, suspended for 30 days, reported to the authority and suspended again."""


class ReporterFact(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about one reporter of one platform, written by adjudication only. It travels with reports: nothing urgent waits for it."""

    lane: ClassVar[str] = "report"

    reporter: str
    platform: str
    at: datetime
    cause: UUID | None = None
    """Stream of the statement, or id of the command, that this follows from."""

    @property
    def key(self) -> str:
        return self.reporter

    @property
    def stream(self) -> UUID:
        return reporter_stream(self.reporter)


def reporter_stream(reporter: str) -> UUID:
    """The stream of what is noted of one reporter."""
    return uuid5(NS_REPORTER, reporter)


class FindingNoted(ReporterFact, frozen=True, kw_only=True, omit_defaults=True, tag="finding.noted.v1"):
    """A platform found that a report was false, or malicious. A report that merely lacked proof leaves nothing here."""

    account: AccountRef
    report: str
    conclusion: StatementRef
    finding: Literal["false", "malicious"]


class FindingWithdrawn(ReporterFact, frozen=True, kw_only=True, omit_defaults=True, tag="finding.withdrawn.v1"):
    """The platform concluded the same report anew, and without that finding."""

    account: AccountRef
    report: str
    conclusion: StatementRef


class ReporterPlaced(ReporterFact, frozen=True, kw_only=True, omit_defaults=True, tag="reporter.placed.v1"):
    """The reporter stands on this rung from now on: the whole of it, also when it is lower than before."""

    rung: Rung
    findings: int
    """How many count now."""
    quota_until: datetime | None = None
    """Until then one respondent a day, where the rung says so."""
    suspended_until: datetime | None = None


class ReporterInvalidated(ReporterFact, frozen=True, kw_only=True, omit_defaults=True, tag="reporter.invalidated.v1"):
    """A person found that nothing this reporter said may count. `reason` is the digest of the words, here and below."""

    by: str
    reason: str


class ReporterReinstated(ReporterFact, frozen=True, kw_only=True, omit_defaults=True, tag="reporter.reinstated.v1"):
    """A person took that back: what is said from now on, and what was said before, counts again."""

    by: str
    reason: str


class ReportDeferred(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="report.deferred.v1"):
    """A report is queued at low priority: its reporter had used up the respondents of the day, or is suspended. It is not lost.

    Its stream is its own; nothing in it says who reported. It travels as what the hub says of a statement does, to the effects.
    """

    lane: ClassVar[str] = "dossier"

    statement: StatementRef
    account: AccountRef
    report: str
    why: Literal["over_quota", "suspended", "invalidated"]
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.account.platform}\0{self.account.account}"

    @property
    def stream(self) -> UUID:
        return uuid5(NS_REPORTER, f"deferred/{self.statement.stream}")
