"""The regulator service's settings."""

from events.transport.settings import Port, Service


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_regulator: str
    regulator_port: Port = 8150
    regulator_https: bool = False
    """The pages are reached over HTTPS: the session cookie is then sent over nothing else."""
    regulator_address: str = "http://127.0.0.1:8150"
    """The pages' address as browsers see it; an issuer sends people back there."""
    regulator_oidc_issuer: str = ""
    """Where people log in with their organisation's account (OpenID Connect); empty: with accounts of the console only."""
    regulator_oidc_client: str = ""
    regulator_oidc_secret: str = ""
    adjudication_port: Port = 8140
    adjudication_url: str | None = None
    """Where officers' decisions are sent; host and port above when left out."""

    def __post_init__(self) -> None:
        if self.regulator_oidc_issuer and not (self.regulator_oidc_client and self.regulator_oidc_secret):
            raise ValueError("LIANCHENG_REGULATOR_OIDC_ISSUER also needs LIANCHENG_REGULATOR_OIDC_CLIENT and _SECRET")

    @property
    def adjudication(self) -> str:
        return (self.adjudication_url or f"http://{self.host}:{self.adjudication_port}").rstrip("/")
