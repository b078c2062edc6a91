"""The read door of coverage: what a platform was told of a subject and answered, what is unanswered, each platform's state."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
import psycopg

from projections.coverage.fold import Action, Answer, Coverage, Sent
from projections.reading import NotBuilt, live, snapshot

__all__ = ["Action", "Answer", "Coverage", "NotBuilt", "Platform", "Sent", "Unanswered", "of_platform", "of_subject", "snapshot", "unanswered"]

VIEW = "coverage"
Age = Literal["fresh", "late", "overdue"]


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """One platform's answers: the last one, how many subjects are in which state, what is unanswered."""

    platform: str
    last: Answer | None
    states: dict[str, int]
    unanswered: dict[Action, int]
    overdue_since: datetime | None


class Unanswered(msgspec.Struct, frozen=True, order=True):
    """How many newest directives wait for an answer."""

    action: Action
    age: Age
    count: int


def of_subject(conn: psycopg.Connection, subject_id: UUID) -> tuple[Coverage, ...]:
    """Every platform that was told of the subject or answered, by code."""


def of_platform(conn: psycopg.Connection, platform: str) -> Platform:
    """All that the platform was told and answered; empty when it never was."""


def unanswered(conn: psycopg.Connection, now: datetime) -> tuple[Unanswered, ...]:
    """Directives without an answer by action and age: fresh (60 s at most), late (an hour at most), overdue. All six, also at 0."""
