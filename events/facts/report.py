"""What a platform says of the reports that it receives against a merchant."""

from typing import ClassVar, Literal

from events.facts.fact import Category, Statement

Channel = Literal["platform", "12315", "12377", "other"]
Outcome = Literal["upheld", "rejected", "redirected"]
ReasonCode = Literal["proven", "evidence_missing", "not_in_rules", "too_late", "duplicate", "unfounded", "other"]
Assurance = Literal["none", "phone", "id"]


class ReportStatement(Statement, frozen=True, kw_only=True, omit_defaults=True):
    """A statement about one report, named by the platform's own number."""

    lane: ClassVar[str] = "report"

    report: str


class ReportFiled(ReportStatement, frozen=True, kw_only=True, omit_defaults=True, tag="report.filed.v1"):
    """Somebody reported the merchant. `reporter` is the platform's token re-keyed with the hub's key."""

    category: Category
    channel: Channel
    reporter: str
    assurance: Assurance
    amount_minor: int | None = None
    currency: str | None = None
    evidence: tuple[str, ...] = ()


class ReportAccepted(ReportStatement, frozen=True, kw_only=True, omit_defaults=True, tag="report.accepted.v1"):
    """The platform took the report on, to be answered by `due`."""

    due: str | None = None


class ReportInvestigating(ReportStatement, frozen=True, kw_only=True, omit_defaults=True, tag="report.investigating.v1"):
    """The platform is looking into it."""


class ReportReopened(ReportStatement, frozen=True, kw_only=True, omit_defaults=True, tag="report.reopened.v1"):
    """New evidence reopened a report that had been concluded."""

    evidence: tuple[str, ...] = ()


class ReportConcluded(ReportStatement, frozen=True, kw_only=True, omit_defaults=True, tag="report.concluded.v1"):
    """The platform decided the report. Its reason in words is in the vault."""

    outcome: Outcome
    reason_code: ReasonCode
    rule: str | None = None
    finding: Literal["false", "malicious"] | None = None


class ReportAnswered(ReportStatement, frozen=True, kw_only=True, omit_defaults=True, tag="report.answered.v1"):
    """The reporter was told."""


class ReportTransferred(ReportStatement, frozen=True, kw_only=True, omit_defaults=True, tag="report.transferred.v1"):
    """The report went to another body."""

    to: str
    receipt: str | None = None
    due: str | None = None


class ReportWithdrawn(ReportStatement, frozen=True, kw_only=True, omit_defaults=True, tag="report.withdrawn.v1"):
    """The reporter took the report back."""
