"""What a platform says of the notices that it must hand to a merchant."""

from datetime import UTC
from typing import Any

from events.facts import notice as facts
from events.wire.data.fields import Data, Digest, Moment, Name, Rekey, Words


class Notice(Data, frozen=True, kw_only=True):
    """Every statement about a notice names it by the hub's id of it."""

    notice: Name


class Delivered(Notice, frozen=True, kw_only=True):
    """The merchant has it. `delivered_at` is a claim: the hearing starts when the hub records this."""

    becomes = facts.NoticeDelivered

    method: Name
    delivered_at: Moment
    proof_sha256: Digest

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.NoticeDelivered:
        return facts.NoticeDelivered(
            **common,
            notice=self.notice,
            method=self.method,
            delivered_at=self.delivered_at.astimezone(UTC),
            proof_sha256=self.proof_sha256,
        )


class Failed(Notice, frozen=True, kw_only=True):
    """It could not be delivered."""

    becomes = facts.NoticeFailed

    reason: Words

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.NoticeFailed:
        return facts.NoticeFailed(**common, notice=self.notice)
