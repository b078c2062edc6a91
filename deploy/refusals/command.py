"""`make refusals`: lists what was not taken, shows one, takes one or all of a member in again after a fix."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import psycopg
from kafka.errors import KafkaError

from deploy.local.processes import Reach
from deploy.local.tell import Say, Trouble, either
from deploy.refusals.kept import Refused, one, refused_of, still_open
from deploy.refusals.replay import look_again, original, settle, take_in

ACTOR = "operations"
SHOWN = 50


class Wish(NamedTuple):
    """What was typed: nothing lists; `show`, `replay` and `close` take a number; `replay` also takes `all`, of one `member` or of every."""

    show: str = ""
    replay: str = ""
    close: str = ""
    member: str = ""
    reason: str = ""


class Intake(NamedTuple):
    """What taking in needs beside the database."""

    reach: Reach
    hub_key: bytes
    randomness: Callable[[int], bytes]


def look(intake: Intake, wish: Wish, now: datetime, say: Say) -> int:
    """The exit code: 1 when something that was to be taken in is still refused. Trouble when there is no such number."""
    with psycopg.connect(intake.reach.owner, autocommit=True) as conn:
        if wish.show:
            _show(_one(conn, wish.show), say)
        elif wish.close:
            _close(conn, _one(conn, wish.close), wish.reason, now, say)
        elif wish.replay:
            chosen = refused_of(conn, wish.member) if wish.replay == "all" else [_one(conn, wish.replay)]
            return max([_replay(conn, intake, refused, now, say) for refused in chosen], default=0)
        else:
            _list(still_open(conn, SHOWN), say)
    return 0


def _list(found: list[Refused], say: Say) -> None:
    for it in found:
        say(f"{it.id:<8} {it.recorded_at:%Y-%m-%d %H:%M:%S} {it.kind:<9} {it.member or '-':<20} {it.statement_id or '-':<28} {it.why}")
    say(f"{len(found)} 条未处理", f"{len(found)} open")


def _show(it: Refused, say: Say) -> None:
    for name, value in (
        (either("种类", "kind"), it.kind),
        (either("成员", "member"), it.member),
        (either("位置", "place"), it.place),
        (either("申报编号", "statement"), it.statement_id),
        (either("时刻", "at"), it.recorded_at.isoformat()),
        (either("答复", "answer"), it.answer),
        (either("处理", "settled"), it.settled_as),
    ):
        say(f"{name}: {value}")
    # The member's own words: shown to the operator who asks for one, and nowhere else.
    say(f"{either('记录', 'record')}: {'-' if it.record is None else it.record.decode(errors='replace')}")


def _replay(conn: psycopg.Connection, intake: Intake, it: Refused, now: datetime, say: Say) -> int:
    if it.settled_at is not None:
        say(f"{it.id}: {it.settled_as}")
        return 0
    if it.kind == "poison":
        outcome = look_again(conn, it, now)
    elif it.kind == "conflict":
        outcome = "conflict"
    else:
        try:
            found = original(intake.reach.kafka, it)
        except KafkaError as error:
            raise Trouble(f"Kafka 连不上：{error}", f"Kafka is not there: {error}") from error
        outcome = "gone" if found is None else take_in(conn, it, found, intake.hub_key, now, intake.randomness)
    say(f"{it.id}: {outcome}")
    return int(outcome not in ("accepted", "duplicate", "in the log"))


def _close(conn: psycopg.Connection, it: Refused, reason: str, now: datetime, say: Say) -> None:
    """Looked at, and nothing has to be taken in: the member was told, or a stranger wrote it."""
    if not reason:
        raise Trouble("关闭须给出 REASON=", "closing needs REASON=")
    with conn.transaction():
        settle(conn, it, f"closed: {reason}", now)
        conn.execute("INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)", (now, ACTOR, reason, f"refusals/{it.id}"))
    say(f"{it.id}: 已关闭", f"{it.id}: closed")


def _one(conn: psycopg.Connection, number: str) -> Refused:
    found = one(conn, int(number)) if number.isdecimal() else None
    if found is None:
        raise Trouble(f"没有编号为 {number} 的拒收", f"no refusal has the number {number}")
    return found
