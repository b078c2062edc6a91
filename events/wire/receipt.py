"""What a member is told of its statement: the receipt, or the refusal with its problem."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from events.wire.problems import Invalid, document


class Receipt(msgspec.Struct, frozen=True):
    """Accepted means committed. The same statement sent again gets the same receipt."""

    id: str
    source: str
    position: int
    sha256: str
    recorded_at: datetime
    status: Literal["accepted"] = "accepted"


class Refusal(msgspec.Struct, frozen=True):
    """Not accepted, now or ever, for the reasons in the problem. `id` is null when it could not be read.

    Nothing was recorded. A conflict is another content under an id that was accepted before.
    """

    id: str | None
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


def receipt(statement_id: str, source: str, position: int, sha256: str, recorded_at: datetime) -> Receipt:
    """The receipt of what the store has recorded, for the first time or when it is sent again."""
    return Receipt(statement_id, source, position, sha256, recorded_at)


def problem(invalid: Invalid) -> dict[str, Any]:
    """The problem of one statement, as it stands in refusals and batches."""
    return document(invalid.code, invalid.faults[0].detail, invalid.faults)


def refusal(invalid: Invalid) -> Refusal:
    """What a member is answered by Kafka when its statement was not taken."""
    return Refusal(invalid.statement_id, "conflict" if invalid.code == "conflict" else "refused", problem(invalid))
