"""Only a finding climbs the ladder, each by one rung; time and a withdrawn finding come down."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from events.catalogue import FACTS
from events.facts.reporter import FindingNoted, FindingWithdrawn, ReporterFact, ReporterInvalidated, ReporterPlaced, ReporterReinstated
from services.adjudication.reporters.ladder import Reporter, conclude, evolve, fold
from tests.services.reporters.said import NOON, concluded, days, filed

DAY = days(1)


class Line:
    """One reporter's history."""

    def __init__(self) -> None:
        self.state, self.now = Reporter(), NOON
        self.history: list[ReporterFact] = []

    def hears(self, report: str, finding: str | None = None, *, after: timedelta = DAY, **more: Any) -> list[ReporterFact]:
        self.now += after
        facts = conclude(self.state, filed(report), concluded(report, finding, at=self.now, **more), self.now)
        for fact in facts:
            self.state = evolve(self.state, fact)
        self.history += facts
        return facts

    @property
    def placed(self) -> ReporterPlaced:
        assert self.state.placed is not None
        return self.state.placed


def test_each_finding_climbs_one_rung() -> None:
    line = Line()
    rungs = []
    for number, finding in enumerate(("false", "malicious", "false", "malicious", "false")):
        line.hears(f"R-{number}", finding)
        rungs.append(line.state.rung)
    assert rungs == ["warned", "quota_one", "suspended", "reported", "reported"]


def test_what_a_rung_means() -> None:
    line = Line()
    line.hears("R-1", "false")
    assert (line.placed.quota_until, line.placed.suspended_until) == (None, None)
    line.hears("R-2", "false")
    assert (line.placed.quota_until, line.placed.suspended_until) == (line.now + days(365), None)
    line.hears("R-3", "malicious")
    assert line.placed.suspended_until == line.now + days(30)
    line.hears("R-4", "malicious")
    assert (line.state.rung, line.placed.findings, line.placed.suspended_until) == ("reported", 4, line.now + days(30))


REASONS = st.sampled_from(("proven", "evidence_missing", "not_in_rules", "too_late", "duplicate", "unfounded", "other"))
OUTCOMES = st.sampled_from(("upheld", "rejected", "redirected"))


@given(st.lists(st.tuples(REASONS, OUTCOMES), max_size=30))
def test_a_report_that_merely_lacked_proof_never_climbs(conclusions: list[tuple[str, str]]) -> None:
    line = Line()
    for number, (reason, outcome) in enumerate(conclusions):
        assert line.hears(f"R-{number}", None, reason_code=reason, outcome=outcome) == []
    assert line.state.rung == "none"


def test_nobody_is_found_false_who_was_upheld() -> None:
    assert Line().hears("R-1", "false", outcome="upheld") == []


def test_a_conclusion_counts_once() -> None:
    line = Line()
    line.hears("R-1", "false")
    assert line.hears("R-1", "false") == []
    assert [type(fact) for fact in line.hears("R-1", "malicious", id="again")] == [FindingNoted]
    assert line.state.rung == "warned"


def test_a_withdrawn_finding_comes_down_and_ends_a_suspension() -> None:
    line = Line()
    for number in range(3):
        line.hears(f"R-{number}", "false")
    facts = line.hears("R-1", None, id="anew")
    assert [type(fact) for fact in facts] == [FindingWithdrawn, ReporterPlaced]
    assert (line.state.rung, line.placed.suspended_until, line.placed.findings) == ("quota_one", None, 2)


def test_coming_down_does_not_begin_a_suspension_anew() -> None:
    line = Line()
    for number in range(4):
        line.hears(f"R-{number}", "false")
    ends = line.placed.suspended_until
    line.hears("R-0", None, id="anew", after=days(10))
    assert (line.state.rung, line.placed.suspended_until) == ("suspended", ends)


def test_a_finding_counts_for_a_year() -> None:
    line = Line()
    line.hears("R-1", "false")
    line.hears("R-2", "false", after=days(366))
    assert (line.state.rung, line.placed.findings) == ("warned", 1)


def test_people_invalidate_and_reinstate() -> None:
    common: dict[str, Any] = {"reporter": "5f" * 32, "platform": "tmall", "at": NOON, "by": "pan", "reason": "ff" * 32}
    assert fold([ReporterInvalidated(**common)]).invalidated
    assert not fold([ReporterInvalidated(**common), ReporterReinstated(**common)]).invalidated


def test_the_fold_is_total() -> None:
    line = Line()
    line.hears("R-1", "false")
    other = [fact for fact in FACTS if not issubclass(fact, ReporterFact)]
    assert other
    withdrawn = FindingWithdrawn(
        reporter="5f" * 32, platform="tmall", at=datetime.fromtimestamp(0, NOON.tzinfo), account=line.history[0].account,  # type: ignore[attr-defined]
        report="R-9", conclusion=line.history[0].conclusion,  # type: ignore[attr-defined]
    )  # fmt: skip
    assert fold([withdrawn, *line.history]).version == 3
