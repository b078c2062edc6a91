"""What readers see, whatever facts are late: never a tier or measure past its last day, Asia/Shanghai."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from events.facts.fact import Measure, Tier
from events.facts.listing import MeasureUntil
from projections.blacklist.fold import Subject, evolve
from projections.blacklist.shown import Shown, shown, shown_until
from projections.day import shanghai_day
from tests.projections import story as s

LAST_DAY = date(2027, 5, 20)
MIDNIGHT = datetime(2027, 5, 20, 16, 0, tzinfo=UTC)
"""When the last day is over in Shanghai; in UTC it is not."""
ONE, TWO = s.weighing("s-1"), s.weighing("s-2", s.STALL)


def folded(*facts: s.Fact) -> Subject:
    row: Subject | None = None
    for position, fact in enumerate(facts, 1):
        row = evolve(row, fact, position)
    assert row is not None
    return row


@pytest.fixture(params=["Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def anywhere(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("anywhere")
def test_a_day_is_shanghais_wherever_the_process_runs() -> None:
    assert shanghai_day(MIDNIGHT) == date(2027, 5, 21)
    assert shanghai_day(MIDNIGHT - timedelta(microseconds=1)) == LAST_DAY


@pytest.mark.usefixtures("anywhere")
def test_a_restriction_holds_to_the_end_of_its_last_day_and_not_a_moment_longer() -> None:
    row = folded(s.restricted(until=LAST_DAY))
    assert shown(row, MIDNIGHT - timedelta(microseconds=1)).tier is Tier.RESTRICTED
    assert shown(row, MIDNIGHT) == Shown()


def test_a_measure_ends_before_the_tier_does() -> None:
    measures = (MeasureUntil(Measure.FREEZE, date(2027, 1, 1)), MeasureUntil(Measure.LIMIT, LAST_DAY))
    row = folded(s.restricted(until=LAST_DAY, measures=measures))
    assert shown(row, datetime(2027, 1, 1, 12, tzinfo=UTC)).measures == measures
    assert shown(row, datetime(2027, 1, 2, 12, tzinfo=UTC)).measures == measures[1:]


def test_a_tier_without_a_last_day_goes_on() -> None:
    assert (
        shown(folded(s.restricted(until=LAST_DAY, measures=()), s.restricted(2, until=None, measures=())), MIDNIGHT).tier is Tier.RESTRICTED
    )


def test_all_that_is_told_of_a_restriction_is_shown() -> None:
    told = s.restricted(contested=True)
    assert shown(folded(told), s.NOON) == Shown(
        tier=Tier.RESTRICTED,
        contested=True,
        measures=told.measures,
        since=told.since,
        until=told.until,
        decision=told.decision,
        reasons=told.reasons,
    )


def test_a_watch_shows_its_term_and_nothing_else() -> None:
    row = folded(s.watch(ONE, date(2027, 1, 1)), s.watch(TWO, date(2027, 2, 1), at=s.later(3)))
    assert shown(row, s.NOON) == Shown(tier=Tier.WATCH, since=date(2026, 11, 20), until=date(2027, 2, 1))


def test_a_watch_past_its_last_day_is_none() -> None:
    assert shown(folded(s.watch(ONE, date(2026, 11, 20))), s.later(1)) == Shown()


def test_a_watch_is_seen_again_when_a_shorter_restriction_is_over() -> None:
    row = folded(s.watch(ONE, date(2027, 6, 1)), s.restricted(until=LAST_DAY))
    assert [shown(row, moment).tier for moment in (s.NOON, MIDNIGHT)] == [Tier.RESTRICTED, Tier.WATCH]


@pytest.mark.parametrize("days", range(0, 400, 7))
def test_nothing_changes_by_itself_before_the_day_that_caches_are_told(days: int) -> None:
    measures = (MeasureUntil(Measure.FREEZE, date(2027, 1, 1)), MeasureUntil(Measure.LIMIT, LAST_DAY))
    row = folded(s.watch(ONE, date(2027, 6, 1)), s.restricted(until=LAST_DAY, measures=measures))
    now = s.later(days)
    last = shown_until(row, now)
    end = s.later(500) if last is None else datetime(last.year, last.month, last.day, 15, 59, tzinfo=UTC)
    assert shown(row, end) == shown(row, now)
