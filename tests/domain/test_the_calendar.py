"""Days of Shanghai, months of any length, and the working days of the official calendar."""

from datetime import UTC, date, datetime

import pytest

from services.adjudication.domain.law.calendar import add_months, day_of, end_of, is_working_day, last_day, months_after, working_days_after


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_day_begins_in_shanghai() -> None:
    assert day_of(utc(2026, 3, 1, 15, 59)) == date(2026, 3, 1)
    assert day_of(utc(2026, 3, 1, 16)) == date(2026, 3, 2)
    assert end_of(date(2026, 3, 1)) == utc(2026, 3, 1, 16)


def test_what_ends_at_midnight_was_last_in_force_the_day_before() -> None:
    assert last_day(utc(2026, 3, 1, 16)) == date(2026, 3, 1)
    assert last_day(utc(2026, 3, 1, 16, 1)) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 20), 6, date(2027, 5, 20)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 30), 36, date(2029, 3, 30)),
        (date(2026, 10, 31), 4, date(2027, 2, 28)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_months_keep_the_time_of_day() -> None:
    assert months_after(utc(2026, 3, 2, 4, 30), 24) == utc(2028, 3, 2, 4, 30)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 3, 2), True),
        (date(2026, 3, 7), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday that makes up for the holiday week
        (date(2026, 2, 17), False),  # the first day of the lunar year
    ],
)
def test_the_official_calendar(day: date, working: bool) -> None:
    assert is_working_day(day) == (working, False)


def test_a_year_without_a_calendar_counts_weekdays_and_says_so() -> None:
    assert is_working_day(date(2040, 10, 1)) == (True, True)
    assert is_working_day(date(2040, 10, 6)) == (False, True)


def test_the_first_day_is_not_counted() -> None:
    assert working_days_after(utc(2026, 3, 2, 4), 5) == (utc(2026, 3, 9, 16), False)
    assert working_days_after(utc(2026, 3, 7, 4), 1) == (utc(2026, 3, 9, 16), False)


def test_a_hearing_over_the_national_day_waits() -> None:
    """30 September 2026 is a Wednesday; the offices open again on the 8th, and the Saturday after makes up."""
    assert working_days_after(utc(2026, 9, 30, 4), 5) == (utc(2026, 10, 13, 16), False)


def test_a_deadline_in_an_unknown_year_is_provisional() -> None:
    assert working_days_after(utc(2026, 12, 30, 4), 5).provisional


def test_a_scale_shortens_the_wait() -> None:
    start, full = utc(2026, 3, 2, 4), utc(2026, 3, 9, 16)
    assert working_days_after(start, 5, 1000).moment - start == (full - start) / 1000
