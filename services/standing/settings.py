"""Settings of the standing service."""

from events.transport.settings import Port, Secret, Service


class Settings(Service, frozen=True, kw_only=True):
    """Where it listens and what it reads."""

    database_standing: Secret
    standing_port: Port = 8120
