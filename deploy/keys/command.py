"""`make keys`: lists them, says what came under one, and revokes one by HTTP and on Kafka, each time with a row of the audit."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.keys.kept import Key, keys
from deploy.keys.overturn import overturned
from deploy.keys.said import Said, listed, said_under
from deploy.local.access import topics
from deploy.local.processes import Reach
from deploy.local.tell import Say, Trouble
from events.facts.fact import Tier

ACTOR = "operations"
PATIENCE_MS = 5000


class Wish(NamedTuple):
    """What was typed: nothing lists; one of `revoke` and `said` names a key. `since` is a moment or a day, `overturn` a file."""

    member: str = ""
    revoke: str = ""
    said: str = ""
    since: str = ""
    overturn: str = ""
    reason: str = ""


def look(reach: Reach, wish: Wish, now: datetime, say: Say) -> None:
    """Trouble when there is no such key, or no such moment."""
    with psycopg.connect(reach.owner, autocommit=True) as conn:
        if wish.revoke:
            revoke(conn, reach, _one(conn, wish.revoke), wish.reason, now, say)
        elif wish.said:
            _tell(conn, _one(conn, wish.said), wish, now, say)
        else:
            for key in keys(conn, wish.member):
                ended = key.revoked_at or key.expires_at
                until = f"  {ended:%Y-%m-%d %H:%M:%S}" if ended is not None else ""
                say(
                    f"{key.key_id:<10} {key.state(now):<8} {key.member:<24} {key.member_class:<10}"
                    f" {key.created_at:%Y-%m-%d %H:%M:%S}{until}"
                )


def revoke(conn: psycopg.Connection, reach: Reach, key: Key, reason: str, now: datetime, say: Say) -> None:
    """At once on Kafka, where rights are taken first, and within four seconds by HTTP. May be called twice."""
    with conn.transaction():
        conn.execute("UPDATE credential SET revoked_at = %s WHERE key_id = %s AND revoked_at IS NULL", (now, key.key_id))
        conn.execute(
            "INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)",
            (now, ACTOR, reason or "revocation", f"keys/{key.key_id}"),
        )
    say(
        f"{key.key_id}（{key.member}）已吊销，四秒内各服务不再接受",
        f"{key.key_id} ({key.member}) is revoked; no service takes it after four seconds",
    )
    if key.member_class in ("platform", "authority"):
        try:
            with closing(KafkaAdminClient(**reach.kafka.client(), bootstrap_timeout_ms=PATIENCE_MS)) as admin:
                topics.shut_out(admin, key.kafka_user)
        except KafkaError as error:
            raise Trouble(
                f"Kafka 用户 {key.kafka_user} 未能删除（{error}）：Kafka 恢复后再执行一次",
                f"the Kafka user {key.kafka_user} could not be removed ({error}): once more when Kafka is back",
            ) from error
        say(f"Kafka 用户 {key.kafka_user} 已删除", f"the Kafka user {key.kafka_user} is gone")


def _tell(conn: psycopg.Connection, key: Key, wish: Wish, now: datetime, say: Say) -> None:
    found = list(said_under(conn, key, _since(wish.since, key)))
    for one in found:
        say(_line(one))
        for it in listed(conn, one):
            say(f"    {it.listing_id} {it.state} {Tier(it.tier).word} subject={it.subject_id}")
    sure = sum(not one.by_kafka for one in found)
    say(
        f"{key.key_id}：经 HTTP {sure} 条；{key.member} 经 Kafka {len(found) - sure} 条，Kafka 不说明用的是哪把密钥",
        f"{key.key_id}: {sure} by HTTP; {len(found) - sure} of {key.member} by Kafka, which does not say under which key",
    )
    if wish.overturn:
        lines = [it.event for it in overturned(found, now)]
        Path(wish.overturn).write_bytes(b"".join(line + b"\n" for line in lines))
        say(
            f"{wish.overturn}：{len(lines)} 条撤销，交平台核对后用新密钥逐行提交",
            f"{wish.overturn}: {len(lines)} statements that take sanctions back: the platform checks them, and sends each with its new key",
        )


def _line(one: Said) -> str:
    fact = one.statement
    return f"{one.position} {fact.recorded_at:%Y-%m-%d %H:%M:%S} {'kafka' if one.by_kafka else 'http '} {one.name} {fact.id} {fact.account}"


def _since(typed: str, key: Key) -> datetime:
    if not typed:
        return key.created_at
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise Trouble(f"SINCE={typed}：不是时刻", f"SINCE={typed} is no moment") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _one(conn: psycopg.Connection, key_id: str) -> Key:
    # The whole key may be pasted: its secret is not looked at.
    parts = key_id.split("_")
    found = keys(conn, key_id=parts[2] if len(parts) == 4 and parts[0] == "lc" else key_id)
    if not found:
        raise Trouble(f"没有密钥 {key_id}", f"there is no key {key_id}")
    return found[0]
