"""Five distinct respondents a day for one reporter, over all channels; what is more waits behind the others and is not lost."""

from datetime import UTC, datetime

import msgspec
import pytest

from events.facts.report import ReportFiled
from services.adjudication.reporters.quota import Filing, Respondent, Restraint, Said, deferred, first_of_each
from tests.services.reporters.said import NOON, days, filed


def filing(said: ReportFiled, position: int = 1) -> Filing:
    part = msgspec.json.decode(msgspec.json.encode(said), type=Said)
    return Filing(position, hash(said.account) & 0xFFFF, part)


def test_the_fifth_is_in_time_and_the_sixth_waits() -> None:
    filings = [filing(filed(f"R-{number}", account=f"shop-{number}"), number) for number in range(1, 8)]
    ranks = {it.respondent: it.position for it in filings}
    assert [(it.report, it.why) for it in deferred(filings, ranks, {}, NOON)] == [("R-6", "over_quota"), ("R-7", "over_quota")]


def test_more_about_the_same_respondent_is_no_more() -> None:
    filings = [filing(filed(f"R-{number}"), number) for number in range(1, 20)]
    assert len(first_of_each(filings)) == 1
    assert deferred(filings, {}, {}, NOON) == []


def test_the_channel_makes_no_difference() -> None:
    assert "channel" not in Said.__struct_fields__


@pytest.mark.parametrize(("hour", "same"), [(15, True), (16, False)])
def test_a_day_is_one_of_shanghai(hour: int, same: bool) -> None:
    """16:00 UTC is midnight there."""
    first = filing(filed("R-1", at=datetime(2026, 3, 2, 4, tzinfo=UTC)))
    second = filing(filed("R-2", at=datetime(2026, 3, 2, hour, tzinfo=UTC)))
    assert (first.respondent == second.respondent) is same


def test_who_may_name_one_a_day_waits_with_the_second() -> None:
    restraint = Restraint(quota_until=NOON + days(1))
    assert [restraint.why(rank, NOON) for rank in (1, 2)] == [None, "over_quota"]
    assert restraint.why(5, NOON + days(1)) is None


def test_who_is_suspended_waits_with_everything_until_it_is_over() -> None:
    restraint = Restraint(quota_until=NOON + days(300), suspended_until=NOON + days(30))
    assert restraint.why(1, NOON) == "suspended"
    assert restraint.why(1, NOON + days(30)) is None
    assert restraint.why(2, NOON + days(30)) == "over_quota"


def test_what_is_deferred_names_no_reporter() -> None:
    said = filed("R-1")
    it = filing(said)
    (fact,) = deferred([it], {it.respondent: 6}, {}, NOON)
    assert said.reporter.encode() not in msgspec.json.encode(fact)
    assert fact.statement.stream == said.stream


def test_a_respondent_is_three_numbers() -> None:
    assert filing(filed("R-1", by="lin")).respondent != filing(filed("R-1", by="chen")).respondent
    assert isinstance(filing(filed("R-1")).respondent, Respondent)
