"""Settings of the directives service."""

from typing import Annotated

import msgspec

from events.transport.settings import Port, Secret, Service, WrongSetting
from services.directives.webhooks.call.guard import networks

HexKey = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]


class Settings(Service, frozen=True, kw_only=True):
    """Where it listens, what it reads, and what notices say of where the rules are and where to object."""

    database_directives: Secret
    notice_key: HexKey
    """32 bytes in hexadecimal, derived from the hub's key: what the tokens of notices are made with."""
    webhook_key: HexKey
    """As long, derived as well: what the secrets of webhooks are sealed with."""
    webhook_allow: str = ""
    """Addresses and networks, separated by commas, that webhooks may reach although they are not on the public internet; http too."""
    directives_port: Port = 8130
    adjudication_port: Port = 8140
    adjudication_url: str | None = None
    """Where others reach the adjudication service, for rulebooks and objections; without it, this host and its port."""
    directives_kept: int = 1_000_000
    """A token that more directives than this have passed is too old: a snapshot is shorter."""
    digest_seconds: Annotated[int, msgspec.Meta(ge=1)] = 3600
    """Within which each platform tells the digest of its copy; who does not is named."""

    def __post_init__(self) -> None:
        try:
            networks(self.webhook_allow)
        except ValueError as wrong:
            raise WrongSetting("LIANCHENG_WEBHOOK_ALLOW", str(wrong)) from None

    @property
    def adjudication(self) -> str:
        return (self.adjudication_url or f"http://{self.host}:{self.adjudication_port}").rstrip("/")
