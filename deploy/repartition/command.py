"""Internal topics of another number of partitions: drained up to the head of the log, made anew, begun at that head; views built again.

Each step looks first whether it is done, so that a command that was cut short is simply given again.
"""

import time
from collections.abc import Callable

import psycopg
from kafka import KafkaAdminClient

from deploy.local.access import topics
from deploy.local.access.alone import alone
from deploy.local.tell import Say, Trouble
from events.transport.store import head, lock_log
from events.transport.topics import HUB_TOPICS, LANE_OF_TOPIC, PARTITIONS
from projections.catalogue import VIEWS

PATIENCE = 60.0
"""Seconds until the broker has forgotten a deleted topic."""

_PUBLISHED = "SELECT count(DISTINCT partition) FROM relay_published"
_UNSENT = (
    "SELECT count(*) FROM (SELECT FROM hub_events e JOIN relay_cursor c USING (lane) WHERE e.notification_id > c.last_id LIMIT 100000) late"
)
_BEHIND = """
SELECT p.consumer, sum(r.last_id - p.last_id) FROM position p JOIN relay_published r USING (topic, partition)
WHERE p.last_id < r.last_id AND (p.consumer NOT LIKE '%:%' OR p.consumer IN (SELECT name || ':' || generation FROM view))
GROUP BY p.consumer ORDER BY p.consumer
"""
_BEGIN = """
WITH gone AS (DELETE FROM relay_published RETURNING topic), again AS (
    DELETE FROM position WHERE consumer NOT LIKE '%%:%%' AND topic IN (SELECT topic FROM gone) RETURNING consumer, topic, epoch
), places AS (
    INSERT INTO position (consumer, topic, partition, epoch, last_id)
    SELECT DISTINCT consumer, topic, n, epoch, %(head)s FROM again, generate_series(0, %(last)s) n
), cursors AS (UPDATE relay_cursor SET last_id = %(head)s)
INSERT INTO relay_published (topic, partition, last_id) SELECT DISTINCT topic, n, %(head)s FROM gone, generate_series(0, %(last)s) n
"""
_SPLIT = """
SELECT v.name FROM view v JOIN position p ON p.consumer = v.name || ':' || v.generation
GROUP BY v.name HAVING count(DISTINCT p.partition) <> %s ORDER BY v.name
"""


def repartition(owner: str, admin: KafkaAdminClient, rebuild: Callable[[str], object], say: Say) -> None:
    """Trouble while a process of the hub is connected, or while relay or a reader have not had the whole log."""
    with psycopg.connect(owner, autocommit=True) as conn:
        alone(conn)
        had = _one(conn, _PUBLISHED)
        if had != PARTITIONS:
            _drained(conn)
            _make_anew(admin)
            with conn.transaction():
                lock_log(conn)
                alone(conn)
                conn.execute(_BEGIN, {"head": head(conn), "last": PARTITIONS - 1})
            say(f"内部主题由 {had} 个分区改为 {PARTITIONS} 个", f"internal topics have {PARTITIONS} partitions instead of {had}")
        split = [name for (name,) in conn.execute(_SPLIT, (PARTITIONS,)) if name in VIEWS]
    for name in split:
        say(f"正在重建视图 {name}", f"building the view {name} again")
        rebuild(name)
    if had == PARTITIONS and not split:
        say(f"内部主题已是 {PARTITIONS} 个分区", f"internal topics have {PARTITIONS} partitions already")


def _drained(conn: psycopg.Connection) -> None:
    """What was cut into other partitions is never read by numbers of the new ones."""
    unsent = _one(conn, _UNSENT)
    if unsent:
        raise Trouble(
            f"中继还有 {unsent} 条未发布：先用旧版本启动，等它赶上",
            f"the relay has {unsent} facts to publish: start the version before this one and let it drain",
        )
    for consumer, ids in conn.execute(_BEHIND):
        raise Trouble(
            f"{consumer} 还落后 {ids} 个编号：先用旧版本启动，等它赶上",
            f"{consumer} is {ids} ids behind: start the version before this one and let it drain",
        )


def _make_anew(admin: KafkaAdminClient) -> None:
    wanted = {topic.name: topic for topic in HUB_TOPICS if topic.name in LANE_OF_TOPIC}
    known = {it["name"]: len(it["partitions"]) for it in admin.describe_topics() if it["name"] in wanted}
    gone = {name for name, count in known.items() if count != wanted[name].partitions}
    if gone:
        admin.delete_topics(sorted(gone))
    until = time.monotonic() + PATIENCE
    while gone.intersection(admin.list_topics()):
        if time.monotonic() > until:
            raise Trouble(f"Kafka 仍保留着主题 {sorted(gone)}", f"Kafka still has the topics {sorted(gone)}")
        time.sleep(0.1)
    topics.create(admin, wanted.values())


def _one(conn: psycopg.Connection, query: str) -> int:
    row = conn.execute(query).fetchone()
    return 0 if row is None else int(row[0])
