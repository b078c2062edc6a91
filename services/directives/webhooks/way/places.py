"""Where a platform stands in the log, and what it did not take: what outlives the process that tells it. Pure."""

from datetime import datetime
from typing import NamedTuple

import msgspec


class Retry(msgspec.Struct, frozen=True):
    """A directive that the platform did not take. `since`: it failed first then. Given up, it waits for a change of things."""

    id: int
    lift: bool
    issued_at: datetime
    since: datetime
    failures: int
    due: datetime
    given_up: bool = False


class Places(msgspec.Struct, frozen=True):
    """How far the platform has been told, as it is kept. Up to `snapshot_to` it is told what is listed, from there on what changes."""

    snapshot_to: int
    others_after: int
    lifts_after: int
    failures: int = 0
    failing_since: datetime | None = None
    delivered_at: datetime | None = None


class Due(NamedTuple):
    """What is to be delivered now."""

    id: int
    lift: bool
