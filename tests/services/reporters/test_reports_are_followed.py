"""Reports on a real log: the quota, findings and what they fell, however often and in whatever order the follower looks."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from events.facts.dossier import AccountRef
from events.facts.reporter import ReportDeferred, ReporterPlaced
from services.adjudication.reporters.follower import ReportersFollower
from tests.domain.spec import FREEZE, SUBJECT, imposed
from tests.services.reporters.desk import ReportDesk, opened
from tests.services.reporters.said import NOON, concluded, days, filed
from tests.support.stack import Database

TMALL = AccountRef("tmall", "shop-1")


@pytest.fixture
def desk(database: Database) -> Iterator[ReportDesk]:
    with opened(database) as found:
        yield found


def deferred(desk: ReportDesk) -> list[tuple[str, str]]:
    return [(fact.report, fact.why) for fact in desk.facts("report.deferred.v1") if isinstance(fact, ReportDeferred)]


def rungs(desk: ReportDesk) -> list[str]:
    return [fact.rung for fact in desk.facts("reporter.placed.v1") if isinstance(fact, ReporterPlaced)]


def test_the_sixth_respondent_of_a_day_is_in_the_log_and_behind_the_others(desk: ReportDesk) -> None:
    channels = ("platform", "12315", "12377", "other", "platform", "12315", "platform")
    recorded = desk.court.record(*(filed(f"R-{n}", account=f"shop-{n}", channel=channel) for n, channel in enumerate(channels, 1)))
    assert len(recorded) == 7
    desk.look()
    assert deferred(desk) == [("R-6", "over_quota"), ("R-7", "over_quota")]
    effect = desk.effect("tmall", "filed-R-6")
    assert (effect.state, effect.why) == ("applied", "low_priority")
    assert desk.effect("tmall", "filed-R-5") is None
    assert desk.chain("tmall", "R-6") == ["report.filed.v1", "report.deferred.v1"]


def test_a_day_may_come_in_many_pages_and_the_next_one_begins_anew(desk: ReportDesk) -> None:
    for n in range(1, 8):
        desk.court.record(filed(f"R-{n}", account=f"shop-{n}"))
        desk.look()
    desk.court.record(filed("R-8", account="shop-6"), filed("R-9", account="shop-2"), filed("R-10", account="shop-8", by="chen"))
    desk.court.record(filed("R-11", account="shop-9", at=NOON + days(1)))
    desk.look()
    assert deferred(desk) == [("R-6", "over_quota"), ("R-7", "over_quota"), ("R-8", "over_quota")]


def test_two_followers_read_each_report_once(desk: ReportDesk) -> None:
    desk.court.record(*(filed(f"R-{n}", account=f"shop-{n}") for n in range(1, 8)))
    with closing(ReportersFollower(desk.court.conninfo, desk.court.rules)) as other:
        for _ in range(3):
            other.tick()
            desk.look()
    assert len(deferred(desk)) == 2


def test_findings_climb_and_hold_back_what_comes_next(desk: ReportDesk) -> None:
    for n, finding in enumerate(("false", "malicious", "false")):
        desk.court.record(filed(f"R-{n}"), concluded(f"R-{n}", finding))
        desk.look()
    assert rungs(desk) == ["warned", "quota_one", "suspended"]
    desk.court.record(filed("R-7", account="shop-7"), filed("R-8", account="shop-7", by="chen"))
    desk.look()
    assert deferred(desk) == [("R-7", "suspended")]
    desk.court.record(concluded("R-0", id="anew"))
    desk.look()
    assert rungs(desk)[-1] == "quota_one"


def test_a_lack_of_proof_leaves_nothing(desk: ReportDesk) -> None:
    desk.court.record(*(filed(f"R-{n}") for n in range(9)), *(concluded(f"R-{n}") for n in range(9)))
    desk.look()
    assert desk.facts("finding.noted.v1") == []
    assert desk.court.rows("SELECT * FROM reporter_place") == []


def test_a_conclusion_before_its_report_waits_for_it(desk: ReportDesk) -> None:
    desk.court.record(concluded("R-1", "false"))
    desk.look()
    assert rungs(desk) == []
    desk.court.record(filed("R-1"))
    desk.look()
    assert rungs(desk) == ["warned"]
    assert desk.court.rows("SELECT * FROM reporter_waiting") == []


def test_what_never_comes_is_forgotten(desk: ReportDesk) -> None:
    desk.court.record(concluded("R-1", "false"))
    desk.look()
    desk.court.now += days(31)
    desk.look()
    assert desk.court.rows("SELECT * FROM reporter_waiting") == []


def test_what_rests_on_a_false_report_alone_falls(desk: ReportDesk) -> None:
    court = desk.court
    court.record(filed("R-1"), filed("R-2", by="chen"))
    court.hear(imposed("tmall", FREEZE, reports=("R-1",)), imposed("pdd"), imposed("tmall", sanction="s2", reports=("R-1", "R-2")))
    desk.look()
    assert {entry.discounted for entry in court.dossier().weighed.values()} == {None}
    court.record(concluded("R-1", "malicious"))
    desk.look()
    assert desk.invalid(TMALL) == {"R-1"}
    fallen = [entry.weighing.sanction for entry in court.dossier().weighed.values() if entry.discounted == "reports_invalidated"]
    assert fallen == ["s1"]


def test_a_sanction_that_comes_after_the_finding_weighs_nothing(desk: ReportDesk) -> None:
    court = desk.court
    court.hear(imposed("tmall", "warn", sanction="other"))
    court.record(filed("R-1"), concluded("R-1", "false"))
    desk.look()
    court.hear(imposed("tmall", FREEZE, reports=("R-1",)))
    assert [entry.discounted for entry in court.dossier().weighed.values()] == [None, "reports_invalidated"]


def test_an_account_that_is_opened_later_is_told(desk: ReportDesk) -> None:
    court = desk.court
    court.record(filed("R-1"), concluded("R-1", "false"))
    desk.look()
    court.hear(imposed("tmall", FREEZE, reports=("R-1",)))
    assert court.dossier(SUBJECT).invalid_reports == frozenset()
    desk.look()
    assert [entry.discounted for entry in court.dossier().weighed.values()] == ["reports_invalidated"]


def test_a_finding_that_is_withdrawn_counts_for_what_comes(desk: ReportDesk) -> None:
    court = desk.court
    court.hear(imposed("tmall", "warn", sanction="other"))
    court.record(filed("R-1"), concluded("R-1", "false"), concluded("R-1", id="anew"))
    desk.look()
    assert desk.invalid(TMALL) == set()
    court.hear(imposed("tmall", FREEZE, reports=("R-1",)))
    assert [entry.discounted for entry in court.dossier().weighed.values()] == [None, None]


def test_days_that_are_over_are_forgotten(desk: ReportDesk) -> None:
    desk.court.record(filed("R-1"))
    desk.look()
    assert len(desk.court.rows("SELECT * FROM reporter_day")) == 1
    desk.court.now += days(3)
    desk.look()
    assert desk.court.rows("SELECT * FROM reporter_day") == []
