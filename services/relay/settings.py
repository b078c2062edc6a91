"""The relay's settings."""

from events.transport.settings import Port, Secret, Service


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_relay: str
    kafka: str
    kafka_password_relay: Secret
    relay_port: Port = 8162
