"""The read door of the casefile: one report's whole chain, what became of statements, a subject's timeline. Reporters are not in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from projections.casefile.fold import Effect, EffectState
from projections.reading import NotBuilt, Vector, live, snapshot, vector

__all__ = ["Effect", "EffectState", "Effects", "NotBuilt", "Step", "Vector", "chain", "effect", "effects", "snapshot", "timeline"]

VIEW = "casefile"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a case: `what` is the fact's name, `detail` what it says beside who and when."""

    id: int
    at: datetime
    what: str
    detail: dict[str, Any]
    member: str | None = None
    account: str | None = None
    statement: str | None = None
    subject_id: UUID | None = None


class Effects(msgspec.Struct, frozen=True):
    """What became of a member's statements, newest state only; `vector` asks for the next page, `more` says that there is one."""

    items: list[Effect]
    vector: Vector
    more: bool


def chain(conn: psycopg.Connection, member: str, report: str) -> tuple[Step, ...]:
    """Everything that has to do with one report, in time order: what the platform stated, and what the hub weighed and decided."""


def effects(conn: psycopg.Connection, member: str, since: Vector | None, limit: int = 100) -> Effects:
    """Effects that are new beyond the vector. Vectors of older generations go on being good: effects keep their ids."""


def effect(conn: psycopg.Connection, member: str, statement: str) -> Effect | None:
    """What became of one statement of the member's; None when the hub has nothing to say of it."""


def timeline(conn: psycopg.Connection, subject_id: UUID, *, after: int = 0, limit: int = 200) -> tuple[Step, ...]:
    """Every fact of the subject's dossier after a position, in the order of the log."""
