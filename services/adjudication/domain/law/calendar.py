"""Days and working days in Asia/Shanghai: where moments become the dates that the law speaks of."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple

import chinese_calendar

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A fixed offset: there has been no summer time since 1991, and it needs no time zone files on the machine."""


class Deadline(NamedTuple):
    """When a wait is over. Provisional: the official calendar of one of its days was not known."""

    moment: datetime
    provisional: bool


def day_of(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def last_day(ends: datetime) -> date:
    """The last day that something which ends at this moment is in force."""
    return day_of(ends - timedelta(microseconds=1))


def end_of(day: date) -> datetime:
    """The first moment after this day."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    first = day.replace(year=day.year + years, month=month + 1, day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))


def months_after(moment: datetime, months: int) -> datetime:
    """The same time of day, months later, in Shanghai."""
    local = moment.astimezone(SHANGHAI)
    return datetime.combine(add_months(local.date(), months), local.timetz()).astimezone(UTC)


def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether it is one, and whether that is provisional: weekdays count in a year that has no official calendar yet."""
    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:
        return day.weekday() < 5, True


def working_days_after(moment: datetime, days: int, scale: float = 1.0) -> Deadline:
    """The end of the last of so many working days. The first day is not counted. `scale` shortens the wait in a demonstration."""
    day, provisional = day_of(moment), False
    while days > 0:
        day += timedelta(days=1)
        working, unsure = is_working_day(day)
        provisional = provisional or unsure
        days -= working
    return Deadline(moment + (end_of(day) - moment) / scale, provisional)
