"""The token that only a notice carries: whoever holds it acts for the account that the notice was handed to. Kept nowhere, only derived."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

PREFIX = "lcn_"
MAC_BYTES = 20
MOST = 200
"""No token is longer."""


class NoticeToken(NamedTuple):
    """What a token says, not checked yet."""

    notice: str
    mac: bytes


def notice_key(hub_key: bytes) -> bytes:
    """What tokens are made with. Whoever has it cannot tell the hub's key from it."""
    return hmac.digest(hub_key, b"liancheng/notice", sha256)


def webhook_key(hub_key: bytes) -> bytes:
    """What the secrets of webhooks are sealed with."""
    return hmac.digest(hub_key, b"liancheng/webhook", sha256)


def notice_token(key: bytes, notice: str, platform: str, account: str) -> str:
    """Of one notice for one account: the same whenever it is made."""
    return PREFIX + urlsafe_b64encode(_mac(key, notice, platform, account) + notice.encode()).rstrip(b"=").decode()


def read_token(text: str) -> NoticeToken | None:
    """None for what is no token at all."""
    if not text.startswith(PREFIX) or not text.isascii() or len(text) > MOST:
        return None
    try:
        raw = urlsafe_b64decode(text.removeprefix(PREFIX) + "=" * (-len(text.removeprefix(PREFIX)) % 4))
        return NoticeToken(raw[MAC_BYTES:].decode(), raw[:MAC_BYTES])
    except ValueError:
        return None


def is_for(token: NoticeToken, key: bytes, platform: str, account: str) -> bool:
    """Whether it was made for this account."""
    return hmac.compare_digest(token.mac, _mac(key, token.notice, platform, account))


def notice_link(hub: str, token: str) -> str:
    """Where the holder opens it. Behind the `#`, the token is sent to no server and stands in no log."""
    return f"{hub}/v1/merchant#{token}"


def _mac(key: bytes, notice: str, platform: str, account: str) -> bytes:
    return hmac.digest(key, f"{notice}\0{platform}\0{account}".encode(), sha256)[:MAC_BYTES]
