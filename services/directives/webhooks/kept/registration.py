"""What a platform has registered: its address, the secrets that sign for it, and whether it is called. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

State = Literal["pending", "on", "off"]
Why = Literal["gone", "failing", "unproven"]

BOTH_SIGN = timedelta(hours=24)
"""How long the secret before signs beside a new one."""


class Registration(msgspec.Struct, frozen=True):
    """`pending`: it has not answered its challenge yet, and is told nothing else. `off`: the hub ended it, see `why`."""

    code: str
    url: str
    secret: str
    asked_at: datetime
    state: State = "pending"
    why: Why | None = None
    earlier: str | None = None
    earlier_until: datetime | None = None
    proven_at: datetime | None = None

    def secrets(self, now: datetime) -> list[str]:
        """All that sign now, the newest first."""
        if self.earlier is None or self.earlier_until is None or now >= self.earlier_until:
            return [self.secret]
        return [self.secret, self.earlier]

    def proven(self, now: datetime) -> "Registration":
        return msgspec.structs.replace(self, state="on", why=None, proven_at=now)

    def ended(self, why: Why) -> "Registration":
        return msgspec.structs.replace(self, state="off", why=why)


def asked(had: Registration | None, code: str, url: str, *, rotate: bool, now: datetime, fresh: Callable[[], str]) -> Registration:
    """What stands after a platform has asked for this address. Another address, and one that was off, has to prove itself again.

    `fresh` makes a secret; there is one at the first time and when it is to be rotated.
    """
    if had is None:
        return Registration(code, url, fresh(), now)
    new = had
    if (had.url, had.state) != (url, "on"):
        new = msgspec.structs.replace(had, url=url, state="pending", why=None, asked_at=now, proven_at=None)
    if rotate:
        new = msgspec.structs.replace(new, secret=fresh(), earlier=had.secret, earlier_until=now + BOTH_SIGN)
    return new
