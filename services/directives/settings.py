"""Settings of the directives service."""

from typing import Annotated

import msgspec

from events.transport.settings import Port, Secret, Service

NoticeKey = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]


class Settings(Service, frozen=True, kw_only=True):
    """Where it listens, what it reads, and what notices say of where the rules are and where to object."""

    database_directives: Secret
    notice_key: NoticeKey
    """32 bytes in hexadecimal, derived from the hub's key: what the tokens of notices are made with."""
    directives_port: Port = 8130
    adjudication_port: Port = 8140
    adjudication_url: str | None = None
    """Where others reach the adjudication service, for rulebooks and objections; without it, this host and its port."""
    directives_kept: int = 1_000_000
    """A token that more directives than this have passed is too old: a snapshot is shorter."""

    @property
    def adjudication(self) -> str:
        return (self.adjudication_url or f"http://{self.host}:{self.adjudication_port}").rstrip("/")
