"""Settings of the gateway, read once."""

from typing import Annotated

from msgspec import Meta

from events.transport.settings import Port, Secret, Service

HubKey = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Positive = Annotated[int, Meta(ge=1)]


class Settings(Service, frozen=True, kw_only=True):
    """What `python -m services.gateway.main` needs."""

    database_gateway: Secret
    hub_key: HubKey
    """Re-keys the tokens of reporters and persons: 32 bytes in hex. It never changes."""
    gateway_port: Port = 8110
    gateway_rate: Positive = 5000
    """Requests a second that one key may make in the long run."""
    gateway_burst: Positive = 10000
    """Requests that one key may make at once."""
