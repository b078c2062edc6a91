"""What day it is where the list is kept: last days in force are counted in Asia/Shanghai."""

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one offset since 1991, so no time-zone data is needed and none can be out of date."""


def shanghai_day(moment: datetime) -> date:
    """The day of an aware moment in Shanghai."""
    return moment.astimezone(SHANGHAI).date()
