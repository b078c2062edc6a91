"""Which fact travels where: lanes, topics, partitions, and who may do what with them."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

LANES: dict[str, int] = {"sanction": 1, "dossier": 2, "merchant": 3, "enforcement": 4, "report": 5, "evidence": 6}
"""Lane name to the number stored beside each fact, most urgent first. Numbers never change."""

PARTITIONS = 4
"""Of every internal topic. Pinned: a change drains the topics and starts new ones (`make repartition`)."""
DIRECTIVE_PARTITIONS = 4
"""Of the topic of directives, which platforms read: never changed."""

DIRECTIVE_TOPIC = "liancheng.directive.v1"
INGRESS_PREFIX = "liancheng.ingress."
LANE_OF_TOPIC = {f"liancheng.{lane}.v1": lane for lane in LANES}


def internal_topic(lane: str) -> str:
    return f"liancheng.{lane}.v1"


def ingress_topic(code: str) -> str:
    return f"{INGRESS_PREFIX}{code}.v1"


def member_of_topic(topic: str) -> str:
    """Whose ingress topic this is: its ACL lets nobody else write there."""
    return topic.removeprefix(INGRESS_PREFIX).removesuffix(".v1")


def receipt_topic(code: str) -> str:
    return f"liancheng.receipt.{code}.v1"


def key_hash(key: str) -> int:
    """63 bits of BLAKE2b: stored beside the fact, and the same on every machine and version."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") >> 1


def partition_of(hashed: int) -> int:
    return hashed % PARTITIONS


class Topic(NamedTuple):
    """A topic as it has to be, with its settings beyond the broker's defaults."""

    name: str
    partitions: int
    config: dict[str, str]


_DAY_MS = 86_400_000

HUB_TOPICS: Sequence[Topic] = (
    *(Topic(name, PARTITIONS, {"retention.ms": str(7 * _DAY_MS), "max.message.bytes": "1048576"}) for name in LANE_OF_TOPIC),
    Topic(
        DIRECTIVE_TOPIC,
        DIRECTIVE_PARTITIONS,
        {"cleanup.policy": "compact", "max.compaction.lag.ms": "3600000", "delete.retention.ms": str(7 * _DAY_MS)},
    ),
)


def member_topics(code: str) -> Sequence[Topic]:
    """The two topics of a member that uses Kafka: what it says, and what it is answered."""
    retention = {"retention.ms": str(7 * _DAY_MS)}
    return (Topic(ingress_topic(code), 2, retention), Topic(receipt_topic(code), 1, retention))


class Grant(NamedTuple):
    """One ACL: who may do what with which resource. Everything else is denied."""

    principal: str
    operation: str
    resource: str
    name: str
    prefixed: bool = False


HUB_GRANTS: Sequence[Grant] = (
    *(Grant("relay", "WRITE", "TOPIC", topic.name) for topic in HUB_TOPICS),
    # It reads its own topics back: what late records lie behind the newest directive, and whether Kafka knows more than the log.
    *(Grant("relay", "READ", "TOPIC", topic.name) for topic in HUB_TOPICS),
    Grant("relay", "WRITE", "TOPIC", "liancheng.receipt.", prefixed=True),
    Grant("relay", "IDEMPOTENT_WRITE", "CLUSTER", "kafka-cluster"),
    Grant("ingress", "READ", "TOPIC", "liancheng.ingress.", prefixed=True),
    Grant("ingress", "READ", "GROUP", "ingress"),
    *(Grant("adjudication", "READ", "TOPIC", internal_topic(lane)) for lane in ("sanction", "merchant")),
    Grant("adjudication", "READ", "GROUP", "adjudication"),
    *(Grant("projections", "READ", "TOPIC", name) for name in LANE_OF_TOPIC),
    Grant("projections", "READ", "GROUP", "projections", prefixed=True),
)


def member_grants(code: str) -> Sequence[Grant]:
    """What a member that uses Kafka may do, and nothing else."""
    return (
        Grant(code, "WRITE", "TOPIC", ingress_topic(code)),
        Grant(code, "IDEMPOTENT_WRITE", "CLUSTER", "kafka-cluster"),
        Grant(code, "READ", "TOPIC", receipt_topic(code)),
        Grant(code, "READ", "TOPIC", DIRECTIVE_TOPIC),
        Grant(code, "READ", "GROUP", f"{code}.", prefixed=True),
    )
