"""The relay's settings."""

from events.transport.settings import File, Port, Secret, Service


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_relay: str
    kafka: str
    kafka_ca: File = File("")
    """Certificates (PEM) of who vouches for the brokers, which then speak TLS. Empty: they speak without."""
    kafka_password_relay: Secret
    relay_port: Port = 8162
