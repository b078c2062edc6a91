"""What is kept of reporters beside the log, each in one statement for a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import psycopg

from events.catalogue import CATALOGUE
from events.facts.dossier import AccountRef
from events.facts.report import ReportConcluded, ReportFiled
from events.facts.reporter import ReporterPlaced
from events.transport import store
from events.transport.topics import LANES
from projections.casefile import read as casefile
from services.adjudication.reporters.quota import Respondent, Restraint


def take_turn(conn: psycopg.Connection) -> int | None:
    """The last id that was read, with the row locked; None while another process reads."""
    row = conn.execute("SELECT last_id FROM reporter_cursor FOR UPDATE SKIP LOCKED").fetchone()
    return None if row is None else int(row[0])


def come_to(conn: psycopg.Connection, last_id: int) -> None:
    conn.execute("UPDATE reporter_cursor SET last_id = %s", (last_id,))


# -- the day's respondents -------------------------------------------------------------------------------------------


def rank(conn: psycopg.Connection, firsts: Mapping[Respondent, int]) -> dict[Respondent, int]:
    """Enter respondents; the rank in its reporter's day of each that is not the first. Ids only grow, so ranks never change."""
    if not firsts:
        return {}
    days, reporters, respondents = ([it[part] for it in firsts] for part in range(3))
    conn.execute(
        "INSERT INTO reporter_day SELECT * FROM unnest(%b::date[], %b::bigint[], %b::bigint[], %b::bigint[]) ON CONFLICT DO NOTHING",
        (days, reporters, respondents, list(firsts.values())),
    )
    rows = conn.execute(
        "SELECT day, reporter, respondent, rank FROM (SELECT day, reporter, respondent,"
        " row_number() OVER (PARTITION BY day, reporter ORDER BY first_id) AS rank FROM reporter_day"
        " WHERE (day, reporter) IN (SELECT * FROM unnest(%b::date[], %b::bigint[]))) ranked WHERE rank > 1",
        (days, reporters),
    )
    return {Respondent(day, reporter, respondent): rank for day, reporter, respondent, rank in rows}


def forget_days(conn: psycopg.Connection, before: date) -> None:
    conn.execute("DELETE FROM reporter_day WHERE day < %s", (before,))


# -- who is held back ------------------------------------------------------------------------------------------------


def restraints(conn: psycopg.Connection, reporters: Iterable[str]) -> dict[str, Restraint]:
    """Of those who are, or were."""
    rows = conn.execute(
        "SELECT reporter, quota_until, suspended_until, invalidated FROM reporter_place WHERE reporter = ANY(%s)", (list(reporters),)
    )
    return {reporter: Restraint(*rest) for reporter, *rest in rows}


def place(conn: psycopg.Connection, fact: ReporterPlaced) -> None:
    conn.execute(
        "INSERT INTO reporter_place (reporter, platform, rung, quota_until, suspended_until) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (reporter) DO UPDATE SET rung = excluded.rung, quota_until = excluded.quota_until,"
        " suspended_until = excluded.suspended_until",
        (fact.reporter, fact.platform, fact.rung, fact.quota_until, fact.suspended_until),
    )


def invalidate(conn: psycopg.Connection, reporter: str, platform: str, invalidated: bool, head: int) -> None:
    """From now on; and the log up to its head is to be searched for what he said before."""
    conn.execute(
        "INSERT INTO reporter_place (reporter, platform, invalidated) VALUES (%s, %s, %s)"
        " ON CONFLICT (reporter) DO UPDATE SET invalidated = excluded.invalidated",
        (reporter, platform, invalidated),
    )
    conn.execute(
        "INSERT INTO reporter_search (reporter, invalidated, upto_id) VALUES (%s, %s, %s)"
        " ON CONFLICT (reporter) DO UPDATE SET invalidated = excluded.invalidated, after_id = 0, upto_id = excluded.upto_id",
        (reporter, invalidated, head),
    )


def heights(conn: psycopg.Connection) -> list[tuple[str, str, int]]:
    """How many reporters of each platform stand on each rung."""
    rows = conn.execute("SELECT platform, rung, count(*) FROM reporter_place WHERE rung <> 'none' GROUP BY 1, 2 ORDER BY 1, 2")
    return [(platform, rung, count) for platform, rung, count in rows]


# -- reports and their conclusions -----------------------------------------------------------------------------------


def filed(conn: psycopg.Connection, account: AccountRef, report: str) -> ReportFiled | None:
    """The report of this number about this account; None when it is not known yet.

    The casefile is only the way there: which fact it is. What it says is read from the log.
    """
    for position in casefile.filings(conn, account.platform, report):
        fact = store.fact_at(conn, position)
        if isinstance(fact, ReportFiled) and (fact.member, fact.account) == (account.platform, account.account):
            return fact
    return None


def conclusion(conn: psycopg.Connection, position: int) -> ReportConcluded | None:
    fact = store.fact_at(conn, position)
    return fact if isinstance(fact, ReportConcluded) else None


def wait_for_report(conn: psycopg.Connection, conclusions: Sequence[int], now: datetime) -> None:
    if conclusions:
        conn.execute(
            "INSERT INTO reporter_waiting SELECT id, %s, %s FROM unnest(%s::bigint[]) id ON CONFLICT DO NOTHING",
            (now, now, list(conclusions)),
        )


def waiting(conn: psycopg.Connection, limit: int, now: datetime) -> list[int]:
    """Those that were not looked at for the longest time."""
    rows = conn.execute(
        "UPDATE reporter_waiting SET looked_at = %s WHERE conclusion IN"
        " (SELECT conclusion FROM reporter_waiting ORDER BY looked_at, conclusion LIMIT %s) RETURNING conclusion",
        (now, limit),
    )
    return sorted(position for (position,) in rows)


def stop_waiting(conn: psycopg.Connection, conclusions: Sequence[int], before: datetime) -> None:
    """These, and what waited since before then."""
    conn.execute("DELETE FROM reporter_waiting WHERE conclusion = ANY(%s) OR noted_at < %s", (list(conclusions), before))


# -- reports that do not count ---------------------------------------------------------------------------------------


def found_before(conn: psycopg.Connection, reports: Iterable[tuple[AccountRef, str]]) -> set[tuple[AccountRef, str]]:
    """Those of the reports that a finding stands against."""
    listed = list(reports)
    rows = conn.execute(
        "SELECT platform, account, report FROM reporter_judged WHERE finding AND (platform, account, report) IN"
        " (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))",
        _columns(listed),
    )
    return {(AccountRef(platform, account), report) for platform, account, report in rows}


def judge(conn: psycopg.Connection, reports: Iterable[tuple[AccountRef, str]], why: str, holds: bool) -> None:
    """`why`: `finding` or `invalidated`."""
    listed = sorted(set(reports))
    if listed:
        column = "finding" if why == "finding" else "invalidated"
        conn.execute(
            f"INSERT INTO reporter_judged (platform, account, report, {column}) SELECT p, a, r, %s"
            f" FROM unnest(%s::text[], %s::text[], %s::text[]) AS n(p, a, r)"
            f" ON CONFLICT (platform, account, report) DO UPDATE SET {column} = excluded.{column}",
            (holds, *_columns(listed)),
        )


class Untold(NamedTuple):
    """A report whose account's dossier does not know yet whether it counts."""

    account: AccountRef
    report: str
    invalid: bool


def untold(conn: psycopg.Connection, limit: int) -> list[Untold]:
    """Of accounts that are known: no dossier is opened for it."""
    rows = conn.execute(
        "SELECT platform, account, report, finding OR invalidated FROM reporter_judged JOIN account USING (platform, account)"
        " WHERE told <> (finding OR invalidated) ORDER BY platform, account, report LIMIT %s",
        (limit,),
    )
    return [Untold(AccountRef(platform, account), report, invalid) for platform, account, report, invalid in rows]


def tell(conn: psycopg.Connection, told: Sequence[Untold]) -> None:
    conn.execute(
        "UPDATE reporter_judged j SET told = n.invalid FROM unnest(%s::text[], %s::text[], %s::text[], %s::boolean[])"
        " AS n(platform, account, report, invalid) WHERE (j.platform, j.account, j.report) = (n.platform, n.account, n.report)",
        (*_columns([(it.account, it.report) for it in told]), [it.invalid for it in told]),
    )


def _columns(reports: Sequence[tuple[AccountRef, str]]) -> tuple[list[str], list[str], list[str]]:
    return [ref.platform for ref, _ in reports], [ref.account for ref, _ in reports], [report for _, report in reports]


# -- searching the log -----------------------------------------------------------------------------------------------


class Search(NamedTuple):
    """For the reports of one reporter, from one id to another."""

    reporter: str
    invalidated: bool
    after_id: int
    upto_id: int


def search(conn: psycopg.Connection) -> Search | None:
    row = conn.execute("SELECT reporter, invalidated, after_id, upto_id FROM reporter_search ORDER BY upto_id LIMIT 1").fetchone()
    return None if row is None else Search(*row)


def reports_of(conn: psycopg.Connection, searched: Search, stretch: int) -> list[tuple[AccountRef, str]]:
    """What he reported in the next stretch of ids; the search goes on behind it, or is over."""
    end = min(searched.after_id + stretch, searched.upto_id)
    rows = conn.execute(
        "SELECT topic, state FROM hub_events WHERE (lane, notification_id) > (%b::smallint, %b) AND (lane, notification_id) <= "
        "(%b::smallint, %b) AND topic = 'report.filed.v1' AND position(%b::bytea IN state) > 0",
        (LANES["report"], searched.after_id, LANES["report"], end, searched.reporter.encode()),
    ).fetchall()
    if end < searched.upto_id:
        conn.execute("UPDATE reporter_search SET after_id = %s WHERE reporter = %s", (end, searched.reporter))
    else:
        conn.execute("DELETE FROM reporter_search WHERE reporter = %s", (searched.reporter,))
    said = [fact for name, state in rows if isinstance(fact := CATALOGUE.decode(name, state), ReportFiled)]
    return [(AccountRef(it.member, it.account), it.report) for it in said if it.reporter == searched.reporter]
