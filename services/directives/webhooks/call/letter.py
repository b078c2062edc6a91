"""What a delivery says, and the headers that sign it after Standard Webhooks. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from standardwebhooks import Webhook

MEDIA = "application/cloudevents+json; charset=utf-8"
CHALLENGE = "liancheng.webhook.challenge.v1"


class Proof(msgspec.Struct, frozen=True):
    """Where a copy stands that has taken this and everything before: the feed's token, and the hub's digest and count there."""

    token: str
    digest: str
    count: int


class Echo(msgspec.Struct, frozen=True):
    """What a challenge is answered with."""

    challenge: str


def directive(event: dict[str, Any], proof: Proof | None) -> bytes:
    """A directive's CloudEvent; with a proof, three extension attributes more."""
    return msgspec.json.encode(event if proof is None else {**event, **msgspec.structs.asdict(proof)})


def challenge(platform: str, word: str, now: datetime) -> dict[str, Any]:
    """Only who reads what is sent to the address can say this word back."""
    return {
        "specversion": "1.0",
        "id": f"challenge-{now:%Y%m%dT%H%M%S%f}",
        "source": f"/hub/{platform}",
        "type": CHALLENGE,
        "time": now.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"challenge": word},
    }


def echoed(body: bytes, word: str) -> bool:
    """Whether the answer says the word."""
    try:
        return msgspec.json.decode(body, type=Echo).challenge == word
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False


def headers(event_id: str, body: bytes, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """A signature of each secret. `now` in UTC: the library takes its digits as they are."""
    text = body.decode()
    return {
        "Content-Type": MEDIA,
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event_id, now, text) for secret in secrets),
    }
