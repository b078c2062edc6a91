"""Whether Kafka is there, knows us, and has the topics, users and rights that the tables ask for."""

import socket
from collections.abc import Iterator
from contextlib import closing

import psycopg
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.doctor.finding import Finding
from deploy.doctor.patient import Patient
from events.transport.topics import HUB_TOPICS, member_topics

PATIENCE_MS = 4000


def kafka(patient: Patient) -> Iterator[Finding]:
    """Its topics are asked for only where it answers."""
    where = patient.reach.kafka
    try:
        # Its port first: the client leaves a socket behind for each refusal.
        host, _, port = where.bootstrap.split(",")[0].rpartition(":")
        socket.create_connection((host, int(port)), timeout=2.0).close()
        with closing(KafkaAdminClient(**where.client(), bootstrap_timeout_ms=PATIENCE_MS)) as admin:
            found = {it["name"]: len(it["partitions"]) for it in admin.describe_topics()}
    except (OSError, KafkaError) as error:
        yield Finding(
            "kafka-away",
            True,
            f"Kafka {where.bootstrap} 连不上（{type(error).__name__}）",
            f"Kafka {where.bootstrap} is not there ({type(error).__name__})",
            "看 Kafka 的日志并恢复它；期间受理照常，之后各步推迟；数据丢了按手册重建",
            "Read Kafka's log and bring it back. Intake goes on meanwhile, the rest waits; when its data is lost, the runbook rebuilds it",
            "kafka-lost",
        )
        return
    yield from _topics(found)
    yield from _members(patient, found)


def _topics(found: dict[str, int]) -> Iterator[Finding]:
    for topic in HUB_TOPICS:
        if topic.name not in found:
            yield Finding(
                "topic-missing",
                True,
                f"缺少主题 {topic.name}",
                f"The topic {topic.name} is missing",
                "make down 再 make run：启动时会建好，事实从存储补发",
                "`make down`, then `make run`: the start makes it, facts come from the store",
                "kafka-lost",
            )
        elif found[topic.name] != topic.partitions:
            yield Finding(
                "topic-partitions",
                True,
                f"主题 {topic.name} 有 {found[topic.name]} 个分区，应为 {topic.partitions}",
                f"The topic {topic.name} has {found[topic.name]} partitions instead of {topic.partitions}",
                "排空后 make repartition",
                "Let it drain, then `make repartition`",
                "kafka-lost",
            )


def _members(patient: Patient, found: dict[str, int]) -> Iterator[Finding]:
    """Members whose topics went with the broker's data: their users did too."""
    try:
        with psycopg.connect(patient.reach.owner, autocommit=True, connect_timeout=2) as conn:
            codes = [row[0] for row in conn.execute("SELECT code FROM member WHERE class IN ('platform', 'authority') ORDER BY code")]
    except psycopg.OperationalError:
        return
    gone = [code for code in codes if any(topic.name not in found for topic in member_topics(code))]
    if gone:
        names = ", ".join(gone[:10])
        yield Finding(
            "member-topics-missing",
            True,
            f"{len(gone)} 个成员的 Kafka 主题不在了：{names}",
            f"The topics of {len(gone)} members are gone: {names}",
            "逐个 make key MEMBER=代码：建主题、用户与权限，并给出新口令",
            "`make key MEMBER=code` for each: makes topics, user and rights, and gives a new password",
            "kafka-lost",
        )
