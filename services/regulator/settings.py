"""The regulator service's settings."""

from events.transport.settings import Port, Service


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_regulator: str
    regulator_port: Port = 8150
    regulator_https: bool = False
    """The pages are reached over HTTPS: the session cookie is then sent over nothing else."""
    adjudication_port: Port = 8140
    adjudication_url: str | None = None
    """Where officers' decisions are sent; host and port above when left out."""

    @property
    def adjudication(self) -> str:
        return (self.adjudication_url or f"http://{self.host}:{self.adjudication_port}").rstrip("/")
