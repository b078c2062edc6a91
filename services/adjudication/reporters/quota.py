"""The daily quota: which reports are queued at low priority because their reporter has used up the respondents of the day. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

import msgspec

from events.facts.dossier import AccountRef, StatementRef
from events.facts.reporter import ReportDeferred
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.reporters.ladder import QUOTA

Why = Literal["over_quota", "suspended", "invalidated"]


class Said(msgspec.Struct, frozen=True, gc=False):
    """As much of a filed report as the quota asks for: nothing else is decoded."""

    id: str
    source: str
    account: str
    report: str
    reporter: str
    recorded_at: datetime


class Respondent(NamedTuple):
    """One respondent of one reporter on one day, as numbers: the key of the account as the log has it, 60 bits of the token."""

    day: date
    reporter: int
    respondent: int


class Filing(NamedTuple):
    """A filed report at its place in the log."""

    position: int
    key: int
    said: Said

    @property
    def respondent(self) -> Respondent:
        return Respondent(day_of(self.said.recorded_at), int(self.said.reporter[:15], 16), self.key)

    @property
    def account(self) -> AccountRef:
        return AccountRef(self.said.source.rsplit("/", 1)[1], self.said.account)


class Restraint(NamedTuple):
    """What holds a reporter back, as the ladder and people have left it."""

    quota_until: datetime | None = None
    suspended_until: datetime | None = None
    invalidated: bool = False

    def why(self, rank: int, now: datetime) -> Why | None:
        """Why a report about the respondent of this rank of the day (1: the first) waits behind the others, if it does."""
        if self.invalidated:
            return "invalidated"
        if self.suspended_until is not None and now < self.suspended_until:
            return "suspended"
        quota = 1 if self.quota_until is not None and now < self.quota_until else QUOTA
        return "over_quota" if rank > quota else None


UNRESTRAINED = Restraint()


def deferred(
    filings: Iterable[Filing], ranks: Mapping[Respondent, int], restraints: Mapping[str, Restraint], now: datetime
) -> list[ReportDeferred]:
    """Of what was filed, what is queued at low priority. Who has no rank is the first of his reporter's day."""
    found: list[ReportDeferred] = []
    for filing in filings:
        restraint = restraints.get(filing.said.reporter, UNRESTRAINED)
        why = restraint.why(ranks.get(filing.respondent, 1), filing.said.recorded_at)
        if why is not None:
            statement = StatementRef(filing.said.source, filing.said.id)
            found.append(ReportDeferred(statement=statement, account=filing.account, report=filing.said.report, why=why, at=now))
    return found


def first_of_each(filings: Iterable[Filing]) -> dict[Respondent, int]:
    """The first place of each respondent among these."""
    firsts: dict[Respondent, int] = {}
    for filing in filings:
        firsts.setdefault(filing.respondent, filing.position)
    return firsts
