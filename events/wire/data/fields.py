"""The fields that many types share: how each is written, bounded and checked."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from events.facts.fact import Kind, Statement
from events.wire.event.strict_json import SAFE

# `$` alone would let a line feed at the end pass.
_END = "$(?!\n)"

Name = Annotated[str, Meta(min_length=1, max_length=128)]
"""A member's own number or name of something; a code, never a sentence."""
Rule = Annotated[str, Meta(min_length=1, max_length=200)]
"""The clause of the member's published rules."""
Words = Annotated[str, Meta(min_length=1, max_length=2000, extra_json_schema={"x-vault": True})]
"""Free text. It never enters the log."""
Text = Annotated[str, Meta(max_length=2000, extra_json_schema={"x-vault": True})]
Digest = Annotated[str, Meta(pattern=f"^[0-9a-f]{{64}}{_END}", description="lower-case hex SHA-256")]
Uscc = Annotated[str, Meta(pattern=f"^[0-9A-HJ-NPQRTUWXY]{{18}}{_END}", description="统一社会信用代码, GB 32100")]
Currency = Annotated[str, Meta(pattern=f"^[A-Z]{{3}}{_END}", description="ISO 4217")]
Base64 = Annotated[str, Meta(pattern=f"^[A-Za-z0-9+/]+={{0,2}}{_END}", max_length=16384)]
Media = Annotated[str, Meta(pattern=f"^[A-Za-z0-9!#&^_.+-]+/[A-Za-z0-9!#&^_.+-]+{_END}", max_length=128)]
Token = Annotated[str, Meta(min_length=1, max_length=256)]
Count = Annotated[int, Meta(ge=0, le=SAFE)]
Number = Annotated[int, Meta(ge=1, le=SAFE)]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with offset, from 1970 to 2199")]
Day = Annotated[date, Meta(description="from 1970 to 2199")]
Names = Annotated[tuple[Name, ...], Meta(max_length=100)]

Rekey = Callable[[str, str], str]
"""Makes the hub's token from what kind of token it is and the member's token."""


def utc(moment: datetime | None) -> datetime | None:
    """Moments are kept in UTC; the offset was the member's."""
    return None if moment is None else moment.astimezone(UTC)


def written(moment: datetime | None) -> str | None:
    """A moment that facts keep as text."""
    return None if moment is None else moment.astimezone(UTC).isoformat()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """An object within a statement. What it holds beyond its fields is kept in the vault."""


class Merchant(Part, frozen=True, kw_only=True):
    """Whose account it is. A person's name or number is never sent: `person_token` is the platform's keyed hash."""

    account: Name
    uscc: Uscc | None = None
    name: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    kind: Kind | None = None
    person_token: Token | None = None

    @property
    def is_organisation(self) -> bool:
        """Only then may the name be in the log. 92 is a sole trader, whose name is a person's."""
        if self.uscc is not None and self.uscc.startswith("92"):
            return False
        return self.kind in ("enterprise", "platform", "app") or (self.kind is None and self.uscc is not None)


class Data(Part, frozen=True, kw_only=True):
    """`data` of one type. `becomes` is its fact; `fact` makes it from what every fact has and what is said here."""

    becomes: ClassVar[type[Statement]]

    merchant: Merchant

    def fact(self, common: dict[str, Any], rekey: Rekey) -> Statement:
        raise NotImplementedError

    def broken_rules(self) -> list[tuple[str, str]]:
        """(pointer below data, code) of rules that a schema cannot say."""
        return []
