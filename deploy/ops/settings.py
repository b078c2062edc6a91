"""The settings of the operators' page."""

import httpx

from events.transport.settings import Port, Service


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    ops_port: Port = 8165
    prometheus_url: str = ""
    """The Prometheus that scrapes the processes, for example http://127.0.0.1:9090; empty: the page scrapes them itself."""
    ops_targets: str = ""
    """Who is scraped then: name=http://host:port/metrics, several separated by commas."""

    def __post_init__(self) -> None:
        if not self.prometheus_url and not self.targets:
            raise ValueError("LIANCHENG_OPS_TARGETS or LIANCHENG_PROMETHEUS_URL has to be set")

    @property
    def targets(self) -> dict[str, httpx.URL]:
        """Addresses of /metrics by the name of the process."""
        given = dict(one.strip().partition("=")[::2] for one in self.ops_targets.split(",") if one.strip())
        for name, address in given.items():
            if not name or not address.startswith("http://"):
                raise ValueError(f"LIANCHENG_OPS_TARGETS: not name=http://host:port/metrics: {name}={address}")
        return {name: httpx.URL(address) for name, address in given.items()}
