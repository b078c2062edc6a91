"""From a conclusion to the reporter: whose report it was, what follows for him, and that the report does not count any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg

from events.facts.dossier import AccountRef
from events.facts.report import ReportConcluded
from events.facts.reporter import FindingNoted, FindingWithdrawn, ReporterFact, ReporterPlaced, reporter_stream
from events.transport import store
from services.adjudication.reporters import records
from services.adjudication.reporters.ladder import Reporter, conclude, finding_of, fold

WAITING_DAYS = 30
LOOKED_AT = 100
"""Of those that wait, at a time."""


class Concluded(NamedTuple):
    """A conclusion at its place in the log."""

    position: int
    said: ReportConcluded

    @property
    def report(self) -> tuple[AccountRef, str]:
        return AccountRef(self.said.member, self.said.account), self.said.report


def hear(conn: psycopg.Connection, concluded: Iterable[Concluded], now: datetime) -> int:
    """Conclusions in their order, and those that wait for their report; how many had an effect.

    Most conclusions find nothing, and cost one question for the whole batch: whether an earlier one had.
    """
    listed = list(concluded)
    found = records.found_before(conn, [it.report for it in listed if finding_of(it.said) is None])
    found |= {it.report for it in listed if finding_of(it.said) is not None}
    relevant = [it for it in listed if it.report in found]
    waited = [
        Concluded(position, said)
        for position in records.waiting(conn, LOOKED_AT, now)
        if (said := records.conclusion(conn, position)) is not None
    ]
    settled = [it for it in sorted({*waited, *relevant}) if _settle(conn, it.said, now)]
    records.wait_for_report(conn, [it.position for it in relevant if it not in settled], now)
    records.stop_waiting(conn, [it.position for it in settled], now - timedelta(days=WAITING_DAYS))
    return len(settled)


def _settle(conn: psycopg.Connection, said: ReportConcluded, now: datetime) -> bool:
    """False when the report that it is about is not known yet."""
    account = AccountRef(said.member, said.account)
    filed = records.filed(conn, account, said.report)
    if filed is None:
        return False
    state = load(conn, filed.reporter)
    facts = conclude(state, filed, said, now)
    append(conn, filed.reporter, state, facts)
    for fact in facts:
        match fact:
            case FindingNoted() | FindingWithdrawn():
                records.judge(conn, [(account, said.report)], "finding", isinstance(fact, FindingNoted))
            case ReporterPlaced():
                records.place(conn, fact)
    return True


def load(conn: psycopg.Connection, reporter: str) -> Reporter:
    stream = reporter_stream(reporter)
    return fold(fact for _, _, fact in store.load(conn, [stream]).get(stream, []))


def append(conn: psycopg.Connection, reporter: str, state: Reporter, facts: Iterable[ReporterFact]) -> None:
    """VersionConflict when a person acted on him meanwhile."""
    stream = reporter_stream(reporter)
    store.append(conn, [(stream, version, fact) for version, fact in enumerate(facts, state.version + 1)])
