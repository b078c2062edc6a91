"""Strimzi: three brokers that confirm by two, and every topic, user and right of the tables in `events.transport.topics`."""

from collections.abc import Iterable
from typing import Any

from deploy.local.access.secrets import KAFKA_USERS
from deploy.local.servers import kafka as local
from events.transport.topics import HUB_GRANTS, HUB_TOPICS, Grant, Topic, member_grants, member_topics

API = "kafka.strimzi.io/v1"
CLUSTER, VERSION, PORT = "liancheng", "4.3.1", 9093
BROKERS, CONFIRMING = 3, 2
BOOTSTRAP = f"{CLUSTER}-kafka-bootstrap:{PORT}"
CA_SECRET = f"{CLUSTER}-cluster-ca-cert"
"""Strimzi keeps there, as ca.crt, who vouches for the brokers."""
OPERATIONS = "operations"
"""The administrator, whom commands of operators speak as."""
LABEL = {"strimzi.io/cluster": CLUSTER}

Document = dict[str, Any]


def documents() -> list[Document]:
    grants = {user: [grant for grant in HUB_GRANTS if grant.principal == user] for user in KAFKA_USERS}
    return [
        *_pools(),
        _cluster(),
        *(_topic(topic) for topic in HUB_TOPICS),
        *(_user(user, granted) for user, granted in grants.items()),
        {"apiVersion": API, "kind": "KafkaUser", "metadata": _named(OPERATIONS), "spec": {"authentication": {"type": "scram-sha-512"}}},
    ]


def member(code: str, key_id: str) -> list[Document]:
    """What a member that uses Kafka is given: its two topics, and a user for one key."""
    user = f"{code}.{key_id}"
    grants = [grant._replace(principal=user) for grant in member_grants(code)]
    return [*(_topic(topic) for topic in member_topics(code)), _user(user, grants)]


def _pools() -> list[Document]:
    """Controllers apart from brokers, so that a broker that is busy never delays an election."""
    return [_pool("controller", "10Gi", "512m", "1Gi"), _pool("broker", "100Gi", "2g", "4Gi")]


def _pool(role: str, disk: str, heap: str, memory: str) -> Document:
    apart = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": LABEL | {"strimzi.io/pool-name": role}}}
    return {
        "apiVersion": API,
        "kind": "KafkaNodePool",
        "metadata": _named(role),
        "spec": {
            "replicas": BROKERS,
            "roles": [role],
            "storage": {
                "type": "jbod",
                "volumes": [{"id": 0, "type": "persistent-claim", "size": disk, "deleteClaim": False, "kraftMetadata": "shared"}],
            },
            "jvmOptions": {"-Xms": heap, "-Xmx": heap},
            "resources": {"requests": {"cpu": "500m", "memory": memory}, "limits": {"memory": memory}},
            "template": {"pod": {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart]}}}},
        },
    }


def _cluster() -> Document:
    # Passwords over TLS. Another listener of this kind, with a type that is reached from outside, is for members; see the README.
    listener = {"name": "scramtls", "port": PORT, "type": "internal", "tls": True, "authentication": {"type": "scram-sha-512"}}
    return {
        "apiVersion": API,
        "kind": "Kafka",
        "metadata": {"name": CLUSTER},
        "spec": {
            "kafka": {
                "version": VERSION,
                "listeners": [listener],
                "authorization": {"type": "simple", "superUsers": [OPERATIONS]},
                "config": {
                    "auto.create.topics.enable": local.SETTINGS["auto.create.topics.enable"],
                    "default.replication.factor": BROKERS,
                    "group.min.session.timeout.ms": local.SETTINGS["group.min.session.timeout.ms"],
                    "min.insync.replicas": CONFIRMING,
                    "offsets.topic.replication.factor": BROKERS,
                    "transaction.state.log.replication.factor": BROKERS,
                    "transaction.state.log.min.isr": CONFIRMING,
                    "unclean.leader.election.enable": "false",
                },
                "template": {"podDisruptionBudget": {"maxUnavailable": 1}},
            },
            "entityOperator": {"topicOperator": {}, "userOperator": {}},
        },
    }


def _topic(topic: Topic) -> Document:
    return {
        "apiVersion": API,
        "kind": "KafkaTopic",
        "metadata": _named(topic.name),
        "spec": {
            "topicName": topic.name,
            "partitions": topic.partitions,
            "replicas": BROKERS,
            "config": topic.config | {"min.insync.replicas": str(CONFIRMING)},
        },
    }


def _user(name: str, grants: Iterable[Grant]) -> Document:
    return {
        "apiVersion": API,
        "kind": "KafkaUser",
        "metadata": _named(name),
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": [_acl(grant) for grant in grants]},
        },
    }


def _acl(grant: Grant) -> Document:
    words = grant.operation.split("_")
    operation = "".join(word.capitalize() for word in words)
    if grant.resource == "CLUSTER":
        return {"type": "allow", "resource": {"type": "cluster"}, "operations": [operation], "host": "*"}
    pattern = "prefix" if grant.prefixed else "literal"
    resource = {"type": grant.resource.lower(), "name": grant.name, "patternType": pattern}
    return {"type": "allow", "resource": resource, "operations": [operation], "host": "*"}


def _named(name: str) -> Document:
    return {"name": name, "labels": dict(LABEL)}
