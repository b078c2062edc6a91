"""The settings of a process that hosts views."""

from events.transport.settings import File, KafkaSession, Port, Secret, Service
from projections.catalogue import VIEWS


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_projections: str
    kafka: str
    kafka_ca: File = File("")
    """Certificates (PEM) of who vouches for the brokers, which then speak TLS. Empty: they speak without."""
    kafka_password_projections: Secret
    kafka_session: KafkaSession = 6.0
    projections_port: Port = 8164
    views: str = ",".join(VIEWS)
    """The views that this process hosts. Those that host the same ones share the partitions; no view may be in two such sets."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.hosted) - VIEWS.keys())
        if unknown or not self.hosted:
            raise ValueError(f"views: {', '.join(unknown) or 'none'}; there are {', '.join(VIEWS)}")

    @property
    def hosted(self) -> tuple[str, ...]:
        return tuple(sorted({name.strip() for name in self.views.split(",") if name.strip()}))

    @property
    def group(self) -> str:
        """Kafka's consumer group. Processes with other views are another group: each group gets every partition."""
        return "projections" if len(self.hosted) == len(VIEWS) else f"projections.{'.'.join(self.hosted)}"
