"""A court with a follower of reports, and the casefile beside it, fed as a worker feeds it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from events.facts.dossier import AccountRef
from events.facts.fact import Fact
from projections.casefile import read as casefile
from services.adjudication.reporters.follower import ReportersFollower
from tests.projections import hosting
from tests.services.adjudication.court import Court
from tests.support.stack import Database


class ReportDesk:
    """What is recorded is read by the follower when it looks."""

    def __init__(self, court: Court) -> None:
        self.court = court
        self.follower = ReportersFollower(court.conninfo, court.rules)
        self._projections = court.database.connect("projections")
        self._reader = court.database.connect("regulator")
        hosting.start(self._projections)

    def close(self) -> None:
        self.follower.close()
        self._projections.close()
        self._reader.close()

    def project(self) -> None:
        """The views take in what is in the log."""
        hosting.work(self._projections)

    def look(self) -> None:
        """Until there is nothing more to do."""
        self.project()
        for _ in range(20):
            if not self.follower.tick():
                break
        self.project()

    def facts(self, name: str) -> list[Fact]:
        return [it.fact for it in hosting.logged(self._reader) if it.fact.tag() == name]

    def effect(self, member: str, statement: str) -> Any:
        return casefile.effect(self._reader, member, statement)

    def chain(self, member: str, report: str) -> list[str]:
        return [step.what for step in casefile.chain(self._reader, member, report)]

    def invalid(self, account: AccountRef) -> set[str]:
        """The reports that the dossier of the account knows not to count."""
        known = self.court.rows("SELECT subject_id FROM account WHERE platform = %s AND account = %s", account.platform, account.account)
        return {report for of, report in self.court.dossier(known[0][0]).invalid_reports if of == account}


@contextmanager
def opened(database: Database) -> Iterator[ReportDesk]:
    with closing(Court(database)) as court, closing(ReportDesk(court)) as desk:
        yield desk
