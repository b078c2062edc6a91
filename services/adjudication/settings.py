"""Settings of adjudication: of its API, and of the worker that follows and watches the clock."""

from typing import Annotated

import msgspec

from events.transport.settings import File, KafkaSession, Port, Secret, Service

HubKey = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]


class Settings(Service, frozen=True, kw_only=True):
    """Of the API, and what both processes have."""

    database_adjudication: Secret
    hub_key: HubKey
    """32 bytes in hexadecimal: what makes the ids of subjects opaque. Never changes."""
    adjudication_port: Port = 8140
    evidence_folder: str = ""
    """Where the content of evidence is kept, sealed with a key made from the hub's."""
    evidence_bucket: str = ""
    """Or https://ACCESS:SECRET@host[:port]/bucket[?region=…] of a store that speaks S3. Neither: none is taken."""
    timestamp_anchors: str = ""
    """A file of certificates (PEM): whose time stamps (RFC 3161) on evidence are believed. Empty: nobody's are, and none is refused."""
    clock_scale: Annotated[float, msgspec.Meta(ge=1.0)] = 1.0
    """Divides procedural waits, so that a demonstration need not take weeks. Now, terms, `until` and the score stay real."""

    breaker_factor: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    """Raises the bounds of the breaker, for demonstrations and measurements that list many at once."""

    def __post_init__(self) -> None:
        if self.evidence_folder and self.evidence_bucket:
            raise ValueError("LIANCHENG_EVIDENCE_FOLDER or LIANCHENG_EVIDENCE_BUCKET, not both")
        if self.demo:
            return
        for name, value in (("CLOCK_SCALE", self.clock_scale), ("BREAKER_FACTOR", self.breaker_factor)):
            if value != 1:
                raise ValueError(f"LIANCHENG_{name} is refused without LIANCHENG_DEMO=1")


class WorkerSettings(Settings, frozen=True, kw_only=True):
    """Of the worker."""

    kafka: Secret
    kafka_ca: File = File("")
    """Certificates (PEM) of who vouches for the brokers, which then speak TLS. Empty: they speak without."""
    kafka_password_adjudication: Secret
    kafka_session: KafkaSession = 6.0
    adjudicator_port: Port = 8163
