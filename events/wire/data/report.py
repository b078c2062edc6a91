"""What a platform says of the reports against a merchant."""

from typing import Any, Literal

from events.facts import report as facts
from events.facts.fact import Category
from events.wire.data.fields import Count, Currency, Data, Moment, Name, Names, Part, Rekey, Rule, Text, Token, Words, written


class Reporter(Part, frozen=True, kw_only=True):
    """Who reported: the platform's keyed hash, and how sure the platform is of the person."""

    token: Token
    assurance: facts.Assurance


class Report(Data, frozen=True, kw_only=True):
    """Every statement about a report names it by the platform's own number."""

    report: Name


class Filed(Report, frozen=True, kw_only=True):
    """Somebody reported the merchant."""

    becomes = facts.ReportFiled

    category: Category
    channel: facts.Channel
    reporter: Reporter
    evidence: Names
    amount_minor: Count | None = None
    currency: Currency | None = None
    text: Text | None = None

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.ReportFiled:
        return facts.ReportFiled(
            **common,
            report=self.report,
            category=self.category,
            channel=self.channel,
            reporter=rekey("reporter", self.reporter.token),
            assurance=self.reporter.assurance,
            amount_minor=self.amount_minor,
            currency=self.currency,
            evidence=self.evidence,
        )


class Accepted(Report, frozen=True, kw_only=True):
    """The platform took the report on, to be answered by `due`."""

    becomes = facts.ReportAccepted

    due: Moment | None = None

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.ReportAccepted:
        return facts.ReportAccepted(**common, report=self.report, due=written(self.due))


class Investigating(Report, frozen=True, kw_only=True):
    """The platform is looking into it."""

    becomes = facts.ReportInvestigating

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.ReportInvestigating:
        return facts.ReportInvestigating(**common, report=self.report)


class Reopened(Report, frozen=True, kw_only=True):
    """New evidence reopened a concluded report."""

    becomes = facts.ReportReopened

    evidence: Names

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.ReportReopened:
        return facts.ReportReopened(**common, report=self.report, evidence=self.evidence)


class Concluded(Report, frozen=True, kw_only=True):
    """The platform decided the report."""

    becomes = facts.ReportConcluded

    outcome: facts.Outcome
    reason_code: facts.ReasonCode
    reason: Words
    rule: Rule | None = None
    finding: Literal["false", "malicious"] | None = None

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.ReportConcluded:
        return facts.ReportConcluded(
            **common, report=self.report, outcome=self.outcome, reason_code=self.reason_code, rule=self.rule, finding=self.finding
        )


class Answered(Report, frozen=True, kw_only=True):
    """The reporter was told, with these reasons."""

    becomes = facts.ReportAnswered

    reasons: Words

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.ReportAnswered:
        return facts.ReportAnswered(**common, report=self.report)


class Transferred(Report, frozen=True, kw_only=True):
    """The report went to another body."""

    becomes = facts.ReportTransferred

    to: Name
    receipt: Name | None = None
    due: Moment | None = None

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.ReportTransferred:
        return facts.ReportTransferred(**common, report=self.report, to=self.to, receipt=self.receipt, due=written(self.due))


class Withdrawn(Report, frozen=True, kw_only=True):
    """The reporter took the report back."""

    becomes = facts.ReportWithdrawn

    reason: Words

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.ReportWithdrawn:
        return facts.ReportWithdrawn(**common, report=self.report)
