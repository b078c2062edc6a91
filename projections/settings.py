"""The settings of a process that hosts views."""

from events.transport.settings import Port, Secret, Service
from projections.catalogue import VIEWS


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_projections: str
    kafka: str
    kafka_password_projections: Secret
    projections_port: Port = 8164
    views: str = ",".join(VIEWS)
    """The views that this process hosts. Several processes may host the same ones: partitions are shared out among them."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.hosted) - VIEWS.keys())
        if unknown or not self.hosted:
            raise ValueError(f"views: {', '.join(unknown) or 'none'}; there are {', '.join(VIEWS)}")

    @property
    def hosted(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.views.split(",") if name.strip())
