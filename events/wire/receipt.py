"""What a member is told of its statement: the receipt, or the refusal with its problem."""

from datetime import datetime
from typing import Any, Literal

import msgspec


class Receipt(msgspec.Struct, frozen=True):
    """Accepted means committed. The same statement sent again gets the same receipt."""

    id: str
    source: str
    position: int
    sha256: str
    recorded_at: datetime
    status: Literal["accepted"] = "accepted"


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Not accepted, now or ever, for the reasons in the problem. `id` is null when it could not be read.

    What is refused was not recorded: the id is free. A conflict is another content under an id that was accepted before.
    """

    id: str | None
    source: str
    status: Literal["refused", "conflict"]
    problem: dict[str, Any]


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one statement of a batch."""

    id: str | None
    status: Literal["accepted", "duplicate", "conflict", "refused"]
    receipt: Receipt | None = None
    problem: dict[str, Any] | None = None


class Items(msgspec.Struct, frozen=True):
    """The answer to a batch, in the order sent."""

    items: list[Item]
