"""What a member says: one CloudEvent about one account, with an id that is chosen once."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from events.client.follow.directive import Directive

LIMIT = 256 * 1024
"""Bytes that the hub takes as one statement."""

Kind = Literal["enterprise", "individual_business", "person", "platform", "app", "group_owner"]
State = Literal["received", "enforced", "unable", "absent", "contested", "lifted"]


class Member(msgspec.Struct, frozen=True):
    """Who speaks: the code that the hub gave with the key."""

    code: str
    authority: bool = False

    @property
    def source(self) -> str:
        return f"/{'authorities' if self.authority else 'platforms'}/{self.code}"


class Merchant(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose account a statement is about. Never a person's name or number: `person_token` is your keyed hash of it."""

    account: str
    uscc: str | None = None
    name: str | None = None
    kind: Kind | None = None
    person_token: str | None = None


class Statement(msgspec.Struct, frozen=True):
    """A structured CloudEvent, ready to be sent as often as it takes. `key` keeps the order of one account in Kafka."""

    id: str
    key: str
    event: bytes


class TooLarge(ValueError):
    """A statement beyond what the hub takes: send a digest and a locator instead of the content."""


def statement(member: Member, name: str, merchant: Merchant, data: Mapping[str, object], *, id: str, time: datetime) -> Statement:
    """`name` is the type's middle, such as `sanction.imposed`; `time` is when it happened, with an offset.

    Choose `id` from your own numbers where you can (`ticket-4711-accepted`): then a second attempt of yours says nothing new.
    """
    return _event(member, name, merchant.account, {"merchant": merchant, **data}, id, time)


def acknowledged(
    member: Member,
    directive: Directive,
    state: State,
    *,
    time: datetime,
    action: str | None = None,
    reason: str | None = None,
) -> Statement:
    """Your answer to a directive. `absent` when you have no such merchant; `unable` when you have no such measure."""
    words = {
        "directive": {"subject_id": directive.subject_id, "seq": directive.seq},
        "state": state,
        "action": action,
        "reason": reason,
        "effective_at": time if state in {"enforced", "lifted"} else None,
    }
    data = {word: value for word, value in words.items() if value is not None}
    id = f"ack-{directive.subject_id}-{directive.seq}-{state}"
    return _event(member, "enforcement.acknowledged", directive.subject_id, data, id, time)


def pseudonym(key: bytes, who: str) -> str:
    """A token for a reporter or a person: the same for the same one, and nothing without your key."""
    return hmac.new(key, who.encode(), hashlib.sha256).hexdigest()[:32]


def _event(member: Member, name: str, subject: str, data: Mapping[str, object], id: str, time: datetime) -> Statement:
    if time.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    event = {
        "specversion": "1.0",
        "id": id,
        "source": member.source,
        "type": f"liancheng.{name}.v1",
        "subject": subject,
        "time": time,
        "datacontenttype": "application/json",
        "data": data,
    }
    encoded = msgspec.json.encode(event)
    if len(encoded) > LIMIT:
        raise TooLarge(f"{id}: {len(encoded)} bytes")
    return Statement(id, subject, encoded)
