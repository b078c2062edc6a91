"""The ingress process: follows every member's own topic, and is started anew when a member joins."""

import os
import secrets
import signal
import time

from events.transport import faust_worker, startup
from events.transport import settings as reading
from events.transport.faust_worker import Handler
from events.transport.kafka import Kafka
from events.transport.settings import File, KafkaSession, Port, Secret, Service
from events.transport.telemetry import configure_logs, log, serve_health
from services.gateway.ingress import Ingress
from services.gateway.settings import HubKey


class Settings(Service, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_ingress: str
    kafka: str
    kafka_ca: File = File("")
    """Certificates (PEM) of who vouches for the brokers, which then speak TLS. Empty: they speak without."""
    kafka_password_ingress: Secret
    kafka_session: KafkaSession = 6.0
    hub_key: HubKey
    ingress_port: Port = 8161


def restart() -> None:
    """End cleanly; the supervisor starts us again, and we listen to the new member's topic too."""
    log.info("a member joined: starting anew")
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("ingress", settings.log_level, settings.otlp_endpoint)
    startup.settle()
    kafka = Kafka(settings.kafka, "ingress", settings.kafka_password_ingress, settings.kafka_ca, settings.kafka_session)
    serve_health(settings.host, settings.ingress_port, lambda: "ready")
    ingress = Ingress(
        conninfo=settings.database_ingress,
        kafka=kafka,
        hub_key=bytes.fromhex(settings.hub_key),
        randomness=secrets.token_bytes,
        on_new_member=restart,
    )
    while not (topics := ingress.listen_to()):
        time.sleep(1.0)
    faust_worker.run(group="ingress", kafka=kafka, topics=topics, handler=Handler(ingress.process, ingress.seek, ingress.tick))


if __name__ == "__main__":
    main()
