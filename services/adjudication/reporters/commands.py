"""What a person decides about a reporter: that nothing he said may count, or that it counts again. He is named by one of his reports."""

import psycopg

from events.facts.dossier import AccountRef
from events.facts.reporter import ReporterInvalidated, ReporterReinstated
from events.transport import store
from services.adjudication.application.commands import Act, Order
from services.adjudication.application.docket import Docket
from services.adjudication.domain.draft import Moment
from services.adjudication.reporters import findings, records
from services.web import Problem
from services.web.commands import Done


def judging(account: AccountRef, report: str, order: Order, *, invalidated: bool) -> Act:
    """The reporter of this report does not count any more, or does again; what he said before follows within seconds.

    The answer says nothing of him. not-found for a report that the hub does not know, not-allowed-now when it is so already.
    """

    def act(conn: psycopg.Connection, _: Docket, moment: Moment, reason: str) -> Done:
        filed = records.filed(conn, account, report)
        if filed is None:
            raise Problem("not-found", "There is no such report.")
        state = findings.load(conn, filed.reporter)
        if state.invalidated is invalidated:
            raise Problem("not-allowed-now")
        kind = ReporterInvalidated if invalidated else ReporterReinstated
        fact = kind(reporter=filed.reporter, platform=account.platform, at=moment.now, cause=order.id, by=order.by.code, reason=reason)
        findings.append(conn, filed.reporter, state, [fact])
        records.invalidate(conn, filed.reporter, account.platform, invalidated, store.head(conn))
        return Done(200, {"invalidated": invalidated})

    return act
