"""What falls with a report that does not count: in the dossier of its respondent, which never learns who reported, or why it fell."""

from itertools import groupby

import psycopg

from events.facts.dossier import AccountRef
from services.adjudication.application import records as accounts
from services.adjudication.application.docket import Docket
from services.adjudication.domain.draft import Moment
from services.adjudication.domain.redress.reports import judge_reports
from services.adjudication.reporters import records
from services.adjudication.reporters.records import Untold

PAGE = 100


def tell_dossiers(conn: psycopg.Connection, moment: Moment) -> int:
    """Tell a page of dossiers what counts no more, or again; how many reports that were. VersionConflict as every decision."""
    untold = records.untold(conn, PAGE)
    if not untold:
        return 0
    docket = Docket(conn, moment)
    known = accounts.accounts(conn, {it.account for it in untold})
    told: list[Untold] = []
    for (account, invalid), some in groupby(sorted(untold, key=_order), key=_order):
        reports = list(some)
        subject = known[account].subject_id
        facts = judge_reports(docket.dossier(subject), account, [it.report for it in reports], invalid=invalid, moment=moment)
        docket.add(facts)
        told += reports
    docket.save()
    records.tell(conn, told)
    return len(told)


def _order(it: Untold) -> tuple[AccountRef, bool]:
    return it.account, it.invalid
