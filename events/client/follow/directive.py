"""A directive as it is received: the full state of one subject's restrictions, numbered per subject."""

from datetime import date, datetime, timedelta, timezone

import msgspec

# China has had one offset and no summer time since 1991; a tz database would be one more thing to keep current.
SHANGHAI = timezone(timedelta(hours=8))
NEVER_ENDS = date.max.toordinal()


class MeasureUntil(msgspec.Struct, frozen=True):
    """A measure and the last day on which it is in force. A word that you do not know is a measure that you are `unable` to take."""

    measure: str
    until: date | None = None


class Reason(msgspec.Struct, frozen=True):
    """Why, as a code of the rulebook and in both languages."""

    code: str
    text: dict[str, str] = {}


class Directive(msgspec.Struct, frozen=True):
    """What holds for the subject from now on, whatever was said before. Fields that a later hub adds are ignored."""

    subject_id: str
    seq: int
    tier: str
    contested: bool = False
    measures: tuple[MeasureUntil, ...] = ()
    uscc: str | None = None
    name: str | None = None
    since: date | None = None
    until: date | None = None
    merged_into: str | None = None
    reasons: tuple[Reason, ...] = ()
    rulebook: str | None = None
    appeal: str | None = None
    issued_at: datetime | None = None
    your_accounts: tuple[str, ...] = ()

    @property
    def restricts(self) -> bool:
        """Whether it counts in the digest: also past its `until`."""
        return self.tier != "none"

    @property
    def last_day(self) -> int:
        """The ordinal of the last day on which any measure is in force; 0 when none is, `NEVER_ENDS` when one has no end."""
        if not self.restricts or not self.measures:
            return 0
        ends = [NEVER_ENDS if one.until is None else one.until.toordinal() for one in self.measures]
        return min(max(ends), NEVER_ENDS if self.until is None else self.until.toordinal())

    def in_force(self, day: date) -> frozenset[str]:
        """The measures that hold on `day`, Asia/Shanghai: each lapses by itself after its last day."""
        if not self.restricts or (self.until is not None and day > self.until):
            return frozenset()
        return frozenset(one.measure for one in self.measures if one.until is None or day <= one.until)


def shanghai_day(now: datetime) -> date:
    """The day by which terms are counted."""
    return now.astimezone(SHANGHAI).date()
