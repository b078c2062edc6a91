"""Enrols members and hands out their keys: rows and the fact in the store, topics and rights on Kafka."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import get_args
from uuid import UUID, uuid5

import msgspec
import psycopg
from kafka import KafkaAdminClient

from deploy.local.access import topics
from deploy.local.tell import Trouble
from events.facts.member import MemberClass, MemberEnrolled
from events.transport.store import append
from events.transport.topics import ingress_topic, member_grants, member_topics, receipt_topic

NS_MEMBER = UUID("0d7a3a54-7f53-5a0b-9a43-6a5a3e6f2c03")
ON_KAFKA = ("platform", "authority")
CODE = re.compile(r"[a-z][a-z0-9-]{1,30}")
RESERVED = ("hub", "clock")
"""In facts these two are the hub itself."""


class KafkaAccess(msgspec.Struct, frozen=True):
    bootstrap: str
    username: str
    password: str
    ingress: str
    receipt: str


class Credentials(msgspec.Struct, frozen=True):
    """Shown once: the hub keeps only hashes."""

    member: str
    member_class: str = msgspec.field(name="class")
    entity: str
    key: str
    kafka: KafkaAccess | None = None


class Application(msgspec.Struct, frozen=True):
    """Who wants a key. `entity` may be left out: a member's first key makes it the code, later ones keep what is known."""

    code: str
    member_class: MemberClass = "platform"
    entity: str | None = None


def apply(code: str, member_class: str, entity: str) -> Application:
    """Refused by name when a value is none that the contract knows."""
    if code in RESERVED:
        raise Trouble(f"MEMBER={code!r}：保留给本中心", f"MEMBER={code!r} is the hub itself")
    if not CODE.fullmatch(code):
        raise Trouble(f"MEMBER={code!r}：应为 {CODE.pattern}", f"MEMBER={code!r} is not of the form {CODE.pattern}")
    if member_class not in get_args(MemberClass):
        known = ", ".join(get_args(MemberClass))
        raise Trouble(f"CLASS={member_class!r}：应为 {known} 之一", f"CLASS={member_class!r} is none of {known}")
    return msgspec.convert({"code": code, "member_class": member_class, "entity": entity or None}, Application)


def enrol(
    owner: psycopg.Connection, admin: KafkaAdminClient, bootstrap: str, wanted: Application, now: datetime, token: Callable[[int], str]
) -> Credentials:
    """A first or a further key; Trouble when another class has the code. `token` gives that many random bytes in hexadecimal.

    Each key comes with a Kafka user of its own, so that a member can replace the one while the other still works. The dot in
    its name keeps members apart from the hub's own users, whatever codes they choose.
    """
    entity = _entity(owner, wanted)
    key_id, secret = token(4), token(24)
    access = None
    if wanted.member_class in ON_KAFKA:
        access = KafkaAccess(bootstrap, f"{wanted.code}.{key_id}", token(24), ingress_topic(wanted.code), receipt_topic(wanted.code))
        topics.create(admin, member_topics(wanted.code))
        topics.set_passwords(admin, {access.username: access.password})
        topics.grant(admin, [grant._replace(principal=access.username) for grant in member_grants(wanted.code)])
    _record(owner, wanted, entity, key_id, hashlib.sha256(secret.encode()).digest(), now)
    return Credentials(wanted.code, wanted.member_class, entity, f"lc_{wanted.code}_{key_id}_{secret}", access)


def _entity(owner: psycopg.Connection, wanted: Application) -> str:
    known = owner.execute("SELECT class, entity FROM member WHERE code = %s", [wanted.code]).fetchone()
    if known is None:
        return wanted.entity or wanted.code
    if known[0] != wanted.member_class:
        raise Trouble(f"{wanted.code} 已是 {known[0]}", f"{wanted.code} is already a member of class {known[0]}")
    if wanted.entity not in (None, known[1]):
        raise Trouble(f"{wanted.code} 登记的主体是 {known[1]}，不能改", f"{wanted.code} is enrolled for the entity {known[1]}, which stays")
    return str(known[1])


def _record(owner: psycopg.Connection, wanted: Application, entity: str, key_id: str, digest: bytes, now: datetime) -> None:
    with owner.transaction():
        new = owner.execute(
            "INSERT INTO member (code, class, entity, enrolled_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [wanted.code, wanted.member_class, entity, now],
        )
        if new.rowcount == 1:
            fact = MemberEnrolled(code=wanted.code, member_class=wanted.member_class, entity=entity, at=now)
            append(owner, [(uuid5(NS_MEMBER, wanted.code), 1, fact)])
        owner.execute(
            "INSERT INTO credential (key_id, code, digest, created_at) VALUES (%s, %s, %s, %s)", [key_id, wanted.code, digest, now]
        )
