"""The road over Kafka: structured CloudEvents to the member's own topic, outcomes from its receipt topic."""

from collections.abc import Callable, Sequence
from threading import Event, Thread

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError
from kafka.protocol.api_message import ApiMessage

from events.client.hub import ProblemDetails, Unreachable
from events.client.publish.outbox import Outbox, Outcome, Receipt
from events.client.reading import reader
from events.client.statement import Statement

HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


class Access(msgspec.Struct, frozen=True):
    """Where the brokers are and as whom to speak with them."""

    bootstrap: str
    username: str
    password: str
    ca: str = ""
    """A file of certificates (PEM) of who vouches for brokers that speak TLS; empty: they speak without."""

    def settings(self) -> dict[str, object]:
        encrypted = {"security_protocol": "SASL_SSL", "ssl_cafile": self.ca, "ssl_check_hostname": True}
        return {
            "bootstrap_servers": self.bootstrap,
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
            **(encrypted if self.ca else {"security_protocol": "SASL_PLAINTEXT"}),
        }


class KafkaRoad:
    """A broker's ack means sent, not accepted: `send` knows no outcome. Receipts bring it to the outbox."""

    resend_after = 30.0

    def __init__(self, access: Access, code: str, *, patience: float = 10.0) -> None:
        self._topic, self._patience = f"liancheng.ingress.{code}.v1", patience
        self._producer = KafkaProducer(**access.settings(), acks="all", enable_idempotence=True, linger_ms=2)

    def send(self, statements: Sequence[Statement]) -> Sequence[Outcome]:
        try:
            sent = [self._producer.send(self._topic, key=one.key.encode(), value=one.event, headers=HEADERS) for one in statements]
            for ack in sent:
                ack.get(timeout=self._patience)
        except KafkaError as trouble:
            raise Unreachable(str(trouble)) from trouble
        return []

    def close(self) -> None:
        self._producer.close(timeout=self._patience)


class Answered(msgspec.Struct, frozen=True):
    """A record of the receipt topic: a receipt by its own fields, or a refusal with its problem."""

    id: str | None = None
    status: str = ""
    source: str = ""
    position: int | None = None
    sha256: str = ""
    recorded_at: str = ""
    problem: ProblemDetails | None = None


class Receipts:
    """One thread that reads the receipt topic. Its place is kept in the outbox, together with what it has settled."""

    def __init__(self, access: Access, code: str, outbox: Outbox, heard: Callable[[Sequence[Outcome]], None] = lambda _: None) -> None:
        self._outbox, self._heard, self._stop = outbox, heard, Event()
        self._place = TopicPartition(f"liancheng.receipt.{code}.v1", 0)
        self._consumer = KafkaConsumer(**access.settings(), auto_offset_reset="earliest", isolation_level="read_committed", group_id=None)
        self._thread = Thread(target=self._run, name="receipts", daemon=True)

    def start(self) -> None:
        self._consumer.assign([self._place])
        self._consumer.seek(self._place, int(self._outbox.bookmark("receipts") or 0))
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._consumer.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            records = self._consumer.poll(timeout_ms=200).get(self._place, [])
            if records:
                outcomes = [outcome for record in records if (outcome := outcome_of(record.key, record.value)) is not None]
                self._heard(self._outbox.settle(outcomes, bookmark=("receipts", str(records[-1].offset + 1))))


def outcome_of(key: bytes | None, value: bytes) -> Outcome | None:
    """None for a record that settles nothing here: it names no statement, because the hub could not read what was sent."""
    if key is None:
        return None
    said = reader(Answered)(value)
    if said.position is None:
        return Outcome(key.decode(), problem=said.problem or ProblemDetails(detail=said.status))
    receipt = Receipt(key.decode(), said.source, "accepted", said.position, said.sha256, said.recorded_at)
    # A repeat gets the original receipt, so on this road nobody can tell the two apart.
    return Outcome(key.decode(), receipt=receipt)


def _learn() -> None:
    """Have kafka-python make the class of each version of each answer, while only one thread does.

    In 3.0.12 two threads that are the first to need one may leave the process without a connection: a platform has several.
    """
    for message in ApiMessage.__subclasses__():
        if not message.is_request():
            for version in range(message.min_version, message.max_version + 1):
                message[version]


_learn()
