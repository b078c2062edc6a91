"""What the local set-up can be told, and where it keeps its things."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from deploy.local.tell import Trouble, either
from events.transport import settings as variables
from events.transport.settings import Port

CHECKOUT = Path(__file__).resolve().parents[2]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Read from LIANCHENG_*; see the field's name."""

    home: str = str(CHECKOUT / ".local")
    """Data, secrets and logs."""
    cache: str = ""
    """Where Kafka's jars are kept for several checkouts; empty: below the checkout."""
    host: str = "127.0.0.1"
    log_level: str = "INFO"
    demo: bool = False
    clock_scale: Annotated[float, msgspec.Meta(ge=1.0)] = 1.0
    """Divides procedural waits; 86400 makes a working day a second."""
    breaker_factor: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    """Raises the bounds of the breaker."""
    evidence_bucket: str = ""
    """Of a store that speaks S3, for the content of evidence; empty: a folder below `home`."""
    timestamp_anchors: str = ""
    """A file of certificates, whose time stamps on evidence are believed."""
    postgres_port: Port = 8171
    kafka_port: Port = 8172
    kafka_controller_port: Port = 8173
    gateway_port: Port = 8110
    standing_port: Port = 8120
    directives_port: Port = 8130
    adjudication_port: Port = 8140
    regulator_port: Port = 8150
    ingress_port: Port = 8161
    relay_port: Port = 8162
    adjudicator_port: Port = 8163
    projections_port: Port = 8164
    ops_port: Port = 8165
    prometheus: bool = True
    """Start the machine's own Prometheus, where one is installed."""
    prometheus_port: Port = 8180

    @property
    def folder(self) -> Path:
        return Path(self.home).absolute()

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def jars(self) -> Path:
        return Path(self.cache).absolute() / "kafka-jars" if self.cache else CHECKOUT / ".local" / "kafka-jars"


# Of single processes; handed on as they are. Each is explained beside its field in the process's own settings.
TUNING = (
    "OTLP_ENDPOINT",
    "GATEWAY_RATE",
    "GATEWAY_BURST",
    "DIRECTIVES_KEPT",
    "DIGEST_SECONDS",
    "WEBHOOK_ALLOW",
    "ADJUDICATION_URL",
    "REGULATOR_HTTPS",
    "REGULATOR_ADDRESS",
    "REGULATOR_OIDC_ISSUER",
    "REGULATOR_OIDC_CLIENT",
    "REGULATOR_OIDC_SECRET",
)
KNOWN = {f"LIANCHENG_{name.upper()}" for name in (*Settings.__struct_fields__, *TUNING)}


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A site's own servers, with an administrator's credentials; None where ours are started."""

    kafka_bootstrap: str | None = None
    kafka_username: str | None = None
    kafka_password: str | None = None
    kafka_ca: str | None = None
    database_url: str | None = None
    prometheus_url: str | None = None


def read(environ: Mapping[str, str]) -> tuple[Settings, Site]:
    """Both, or WrongSetting or Trouble that names the variable."""
    for name in sorted(environ.keys() - KNOWN):
        if name.startswith("LIANCHENG_"):
            raise variables.WrongSetting(name, either("没有这个设置", "there is no such setting"))
    settings = variables.read(Settings, environ)
    for name in ("clock_scale", "breaker_factor"):
        if getattr(settings, name) != 1 and not settings.demo:
            rule = either("只有 LIANCHENG_DEMO=1 时才允许", "is refused without LIANCHENG_DEMO=1")
            raise variables.WrongSetting(f"LIANCHENG_{name.upper()}", rule)
    site = Site(**{field: environ.get(field.upper()) or None for field in Site.__struct_fields__})
    if site.kafka_bootstrap and not (site.kafka_username and site.kafka_password):
        raise Trouble(
            "KAFKA_BOOTSTRAP 还需要 KAFKA_USERNAME 和 KAFKA_PASSWORD", "KAFKA_BOOTSTRAP also needs KAFKA_USERNAME and KAFKA_PASSWORD"
        )
    if site.kafka_ca and not Path(site.kafka_ca).is_file():
        raise Trouble(f"KAFKA_CA：没有文件 {site.kafka_ca}", f"KAFKA_CA: there is no file {site.kafka_ca}")
    return settings, site
