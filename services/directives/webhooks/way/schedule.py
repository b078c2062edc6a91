"""When something is tried again, and when it is given up: of one directive, and of a whole endpoint. Pure."""

from datetime import datetime, timedelta

DEADLINE_SECONDS = 10.0
"""For one delivery: name, connection, request and answer."""
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=6)
LONGEST_LIFT_RETRY = timedelta(seconds=60)
"""Nobody stays restricted for hours because an address stumbled a few times."""
RETRIED_FOR = timedelta(days=3)
LONGEST_PAUSE = timedelta(seconds=30)
"""An endpoint that comes back is noticed within this: a lift must not wait longer at a platform that can be reached."""
OUTAGE = timedelta(seconds=60)
"""After a silence this long everything that failed during it is tried again at once."""
OFF_AFTER = timedelta(days=5)
PROOF_WITHIN = timedelta(minutes=15)
"""How long an endpoint has to answer its challenge."""


def retry_at(failures: int, now: datetime, chance: float, *, lift: bool) -> datetime:
    """When a directive that has failed so often is tried again: doubling, between half and the whole of it. `chance` in [0, 1)."""
    return now + _doubled(FIRST_RETRY, failures, LONGEST_LIFT_RETRY if lift else LONGEST_RETRY) * (0.5 + chance / 2)


def resume_at(failures: int, now: datetime, chance: float) -> datetime:
    """When an endpoint is called again that has failed so often in a row. One failure may be the directive's: no pause."""
    if failures < 2:
        return now
    return now + _doubled(timedelta(seconds=1), failures - 1, LONGEST_PAUSE) * (0.5 + chance / 2)


def _doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    return min(most, first * (1 << min(times - 1, 20)))
