"""Commands over HTTP: done once for each Idempotency-Key, and only on the state that the caller has read."""

import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
import psycopg
from litestar import Request

from services.web.problem import Problem

_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Done(NamedTuple):
    """What a command is answered with, now and whenever it is sent again."""

    status: int
    answer: Any


def command_key(request: Request[Any, Any, Any]) -> str:
    """The Idempotency-Key, which is the command's id; 1 to 128 printable ASCII characters without spaces."""
    key = request.headers.get("idempotency-key", "")
    if _KEY.fullmatch(key) is None:
        raise Problem("idempotency-key-required")
    return key


def expected_tag(request: Request[Any, Any, Any]) -> str:
    """The ETag that the caller has read, from If-Match; precondition-required without one."""
    tag = request.headers.get("if-match", "").strip()
    if not tag:
        raise Problem("precondition-required")
    return tag


def fingerprint(*parts: object) -> bytes:
    """What makes two commands the same: method, path and body, not their headers."""
    return sha256(msgspec.json.encode(parts, order="sorted")).digest()


def once(conn: psycopg.Connection, actor: str, key: str, request: bytes, now: datetime, act: Callable[[], Done]) -> Done:
    """Do it, or give again what it was answered with; the same key with another fingerprint is idempotency-conflict.

    Call it in the transaction that holds the command's facts: answer and facts are kept together or not at all. What `act`
    raises is not kept.
    """
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"command {actor} {key}",))
    row = conn.execute("SELECT request_sha256, status, answer FROM command WHERE actor = %s AND id = %s", (actor, key)).fetchone()
    if row is not None:
        if bytes(row[0]) != request:
            raise Problem("idempotency-conflict")
        return Done(row[1], row[2])
    done = act()
    conn.execute(
        "INSERT INTO command (actor, id, request_sha256, status, answer, recorded_at) VALUES (%s, %s, %s, %s, %s, %s)",
        (actor, key, request, done.status, msgspec.json.encode(done.answer).decode(), now),
    )
    return done
