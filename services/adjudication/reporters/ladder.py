"""The ladder of a reporter: only a finding climbs it, each by one rung, and time or a withdrawn finding comes down. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from events.facts.dossier import AccountRef, StatementRef
from events.facts.fact import Fact
from events.facts.report import ReportConcluded, ReportFiled
from events.facts.reporter import (
    FindingNoted,
    FindingWithdrawn,
    ReporterFact,
    ReporterInvalidated,
    ReporterPlaced,
    ReporterReinstated,
    Rung,
)

QUOTA = 5
"""Distinct respondents a day over all channels (the platforms' own rule: 拍拍)."""
RUNGS: tuple[Rung, ...] = ("none", "warned", "quota_one", "suspended", "reported")
COUNTS: timedelta = timedelta(days=365)
"""A finding counts for so long, and so does a quota of one."""
SUSPENDED: timedelta = timedelta(days=30)

ReportKey = tuple[AccountRef, str]


class Finding(NamedTuple):
    """A finding that stands, and when the hub noted it."""

    conclusion: StatementRef
    at: datetime


class Reporter(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted of one reporter."""

    version: int = 0
    findings: Mapping[ReportKey, Finding] = {}
    heard: frozenset[StatementRef] = frozenset()
    """Conclusions that had their effect: none has it twice."""
    placed: ReporterPlaced | None = None
    invalidated: bool = False

    @property
    def rung(self) -> Rung:
        return self.placed.rung if self.placed is not None else "none"


def evolve(state: Reporter, fact: Fact) -> Reporter:
    """Total and silent, as every fold."""
    state = replace(state, version=state.version + 1)
    match fact:
        case FindingNoted(account=account, report=report, conclusion=conclusion):
            found = {**state.findings, (account, report): Finding(conclusion, fact.at)}
            return replace(state, findings=found, heard=state.heard | {conclusion})
        case FindingWithdrawn(account=account, report=report, conclusion=conclusion):
            left = {key: found for key, found in state.findings.items() if key != (account, report)}
            return replace(state, findings=left, heard=state.heard | {conclusion})
        case ReporterPlaced():
            return replace(state, placed=fact)
        case ReporterInvalidated() | ReporterReinstated():
            return replace(state, invalidated=isinstance(fact, ReporterInvalidated))
    return state


def fold(facts: Iterable[Fact]) -> Reporter:
    state = Reporter()
    for fact in facts:
        state = evolve(state, fact)
    return state


def finding_of(said: ReportConcluded) -> Literal["false", "malicious"] | None:
    """What a conclusion holds against the reporter: nothing when it upholds him, whatever else it says."""
    return None if said.outcome == "upheld" else said.finding


def conclude(state: Reporter, filed: ReportFiled, said: ReportConcluded, now: datetime) -> list[ReporterFact]:
    """What follows for the reporter from a conclusion of his report. A second time nothing; a lack of proof never anything."""
    account, conclusion = AccountRef(said.member, said.account), StatementRef(said.source, said.id)
    common: dict[str, Any] = {"reporter": filed.reporter, "platform": said.member, "at": now, "cause": said.stream}
    about: dict[str, Any] = {"account": account, "report": said.report, "conclusion": conclusion}
    finding, key = finding_of(said), (account, said.report)
    if conclusion in state.heard or (finding is None and key not in state.findings):
        return []
    fact: ReporterFact
    fact = FindingNoted(**common, **about, finding=finding) if finding is not None else FindingWithdrawn(**common, **about)
    after = evolve(state, fact)
    if finding is not None and key in state.findings:
        return [fact]  # said again of the same report: it climbs once
    return [fact, _place(after, common, now, climbed=finding is not None)]


def _place(state: Reporter, common: dict[str, Any], now: datetime, *, climbed: bool) -> ReporterPlaced:
    """The rung by the findings that count. Coming down lifts what the higher rungs imposed at once."""
    counting = [found.at for found in state.findings.values() if now - found.at < COUNTS]
    rung = RUNGS[min(len(counting), len(RUNGS) - 1)]
    height = RUNGS.index(rung)
    newest = max(counting, default=now)
    before = state.placed.suspended_until if state.placed is not None else None
    suspended = (now + SUSPENDED if climbed else before) if height >= RUNGS.index("suspended") else None
    quota_until = newest + COUNTS if height >= RUNGS.index("quota_one") else None
    return ReporterPlaced(**common, rung=rung, findings=len(counting), quota_until=quota_until, suspended_until=suspended)
