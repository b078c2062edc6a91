"""What a platform says of the notices that it must hand to a merchant."""

from datetime import datetime
from typing import ClassVar

from events.facts.fact import Statement


class NoticeStatement(Statement, frozen=True, kw_only=True, omit_defaults=True):
    """A statement about one notice, named by the hub's id of it."""

    lane: ClassVar[str] = "sanction"

    notice: str


class NoticeDelivered(NoticeStatement, frozen=True, kw_only=True, omit_defaults=True, tag="notice.delivered.v1"):
    """The merchant has it. When is a claim; the hearing starts when the hub records this."""

    method: str
    delivered_at: datetime
    proof_sha256: str


class NoticeFailed(NoticeStatement, frozen=True, kw_only=True, omit_defaults=True, tag="notice.failed.v1"):
    """It could not be delivered, for a reason that is in the vault."""
