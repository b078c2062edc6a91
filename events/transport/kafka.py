"""How processes connect to Kafka: SASL/SCRAM, by TLS where there is an authority to ask, an idempotent producer, an administrator."""

from typing import Any, NamedTuple

from kafka import KafkaAdminClient, KafkaProducer
from kafka.protocol.api_message import ApiMessage

REQUEST_MS = 10_000


class Kafka(NamedTuple):
    """Where the brokers are and as whom to speak to them."""

    bootstrap: str
    user: str
    password: str
    ca: str = ""
    """A file of certificates (PEM): the brokers speak TLS, and prove their names by one of these. Empty: they speak without."""
    session: float = 6.0
    """Seconds of silence after which a group gives a worker's partitions to others; brokers admit no less unless they are told to."""

    def client(self) -> dict[str, Any]:
        """As kafka-python is told it; names of brokers are checked."""
        encrypted = {"security_protocol": "SASL_SSL", "ssl_cafile": self.ca, "ssl_check_hostname": True}
        return {
            "bootstrap_servers": self.bootstrap.split(","),
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            **(encrypted if self.ca else {"security_protocol": "SASL_PLAINTEXT"}),
        }


def producer(kafka: Kafka) -> KafkaProducer:
    """A producer whose ack means written once and in order, as far as one session of it goes.

    Idempotence is said explicitly: kafka-python turns it off in silence when another setting contradicts it.
    """
    return KafkaProducer(
        **kafka.client(),
        client_id=kafka.user,
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        metrics_enabled=False,
        request_timeout_ms=REQUEST_MS,
        delivery_timeout_ms=REQUEST_MS * 3,
        max_request_size=1_048_576,
    )


def administrator(kafka: Kafka) -> KafkaAdminClient:
    return KafkaAdminClient(**kafka.client(), client_id=f"{kafka.user}-admin", request_timeout_ms=REQUEST_MS)


def _learn() -> None:
    """Have kafka-python make the class of each version of each answer, while only one thread does: 6 ms.

    kafka-python 3.0.12 makes one when it is first needed, and reads answers by the one that was made last, which it holds weakly. When
    two threads make the same one, the other may be kept: from the next collection on no connection of the process can be opened.
    """
    for message in ApiMessage.__subclasses__():
        if not message.is_request():
            for version in range(message.min_version, message.max_version + 1):
                message[version]


_learn()
