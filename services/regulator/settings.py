"""The regulator service's settings."""

from events.transport.settings import Port, Service


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_regulator: str
    regulator_port: Port = 8150
    regulator_https: bool = False
    """The pages are reached over HTTPS: the session cookie is then sent over nothing else."""
