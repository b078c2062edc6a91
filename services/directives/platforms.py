"""What a platform tells of itself, and what became of what it said: its profile, the digest of its copy, effects, coverage."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from events.facts.enforcement import State
from events.facts.fact import Measure
from events.transport.telemetry import DIGEST_MISMATCHES
from projections.casefile import read as casefile
from projections.coverage import read as coverage
from services.directives.application import Feeds, given
from services.directives.token import EffectPlace
from services.web import Problem

Action = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=30 * 86_400)]
Address = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$", max_length=500)]
Hexadecimal = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class ResponseTimes(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Within how many seconds the platform promises to act."""

    restrict: Seconds | None = None
    lift: Seconds | None = None


class Profile(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the platform does for each measure under its own rules, how fast, and where these rules are published."""

    measures: dict[Measure, Action] = {}
    response_times: ResponseTimes = ResponseTimes()
    rules: Address | None = None


class Platform(msgspec.Struct, frozen=True):
    """A platform as the hub knows it. The legal entity is set when it is enrolled, and is no part of what it may change."""

    code: str
    legal_entity: str
    measures: dict[Measure, Action]
    response_times: ResponseTimes
    rules: Address | None


class CopyDigest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A platform's own digest of its copy, at a token."""

    token: Annotated[str, msgspec.Meta(max_length=1000)]
    digest: Hexadecimal
    count: Annotated[int, msgspec.Meta(ge=0, le=(1 << 53) - 1)]


class Compared(msgspec.Struct, frozen=True):
    """Whether the two agree, and the hub's."""

    agrees: bool
    digest: str
    count: int


class Effects(msgspec.Struct, frozen=True):
    """What became of statements, and the token for what becomes of them next. Of two about one statement the higher id holds."""

    items: list[casefile.Effect]
    next: str
    more: bool


class Told(msgspec.Struct, frozen=True):
    """The newest directive that a platform was told."""

    seq: int
    tier: str
    lift: bool
    at: datetime


class Answered(msgspec.Struct, frozen=True):
    """A platform's answer to a directive, as the hub recorded it; of two the higher id is the later."""

    id: int
    seq: int
    at: datetime
    action: str | None


class Covered(msgspec.Struct, frozen=True):
    """How one platform stands to what it was told of one subject. `overdue_since`: it owes an answer since then."""

    subject_id: UUID
    platform: str
    sent: Told | None
    answers: dict[State, Answered]
    overdue_since: datetime | None


class Coverage(msgspec.Struct, frozen=True):
    """One row for each platform that was told of the subject or answered about it."""

    items: list[Covered]


class Members:
    """Blocks on the database: not for an event loop."""

    def __init__(self, pool: ConnectionPool, feeds: Feeds) -> None:
        self._pool, self._feeds = pool, feeds

    def profile(self, code: str) -> Platform:
        with self._pool.connection() as conn:
            return _platform(conn, code)

    def keep_profile(self, code: str, profile: Profile) -> Platform:
        """Replaces the whole profile."""
        with self._pool.connection() as conn:
            conn.execute("UPDATE member SET profile = %s::jsonb WHERE code = %s", (msgspec.json.encode(profile).decode(), code))
            return _platform(conn, code)

    def compare(self, code: str, told: CopyDigest, now: datetime) -> Compared:
        """Compare with what a faithful copy holds at that token, and keep the latest comparison of each platform."""
        state = self._feeds.state(told.token)
        agrees = (told.digest, told.count) == (state.hexadecimal, state.listed)
        with self._pool.connection() as conn:
            conn.execute(
                "INSERT INTO platform_digest (code, token, digest, count, agrees, recorded_at) VALUES (%s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (code) DO UPDATE SET (token, digest, count, agrees, recorded_at)"
                " = (excluded.token, excluded.digest, excluded.count, excluded.agrees, excluded.recorded_at)",
                (code, told.token, told.digest, told.count, agrees, now),
            )
        if not agrees:
            DIGEST_MISMATCHES.inc()
        return Compared(agrees, state.hexadecimal, state.listed)

    def effects(self, code: str, since: str | None, limit: int) -> Effects:
        """What became of the member's statements, beyond the token."""
        epoch = self._feeds.epoch()
        vector = None
        if since is not None:
            place: EffectPlace = given(since, EffectPlace)
            if place.epoch != epoch:
                raise Problem("token-gone", "The log has another history now.")
            vector = casefile.Vector(place.generation, place.positions)
        with self._view() as conn:
            page = casefile.effects(conn, code, vector, limit)
        reached = EffectPlace(epoch, page.vector.generation, page.vector.positions)
        return Effects(list(page.items), str(reached), page.more)

    def effect(self, code: str, statement: str) -> casefile.Effect:
        with self._view() as conn:
            found = casefile.effect(conn, code, statement)
        if found is None:
            raise Problem("not-found")
        return found

    def own_coverage(self, code: str, subject_id: UUID) -> Coverage:
        """What the platform was told of the subject and answered."""
        with self._view() as conn:
            rows = coverage.of_subject(conn, subject_id)
        return Coverage([_covered(row) for row in rows if row.platform == code])

    def coverage(self, reader: str, purpose: str, subject_id: UUID, now: datetime) -> Coverage:
        """What every platform was told of the subject and answered. Without its row in the audit nothing is read."""
        with self._view() as conn, conn.transaction():
            conn.execute(
                "INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)", (now, reader, purpose, f"coverage/{subject_id}")
            )
            return Coverage([_covered(row) for row in coverage.of_subject(conn, subject_id)])

    @contextmanager
    def _view(self) -> Iterator[psycopg.Connection]:
        """A connection to read a view with; unavailable while the view has never been built."""
        try:
            with self._pool.connection() as conn:
                yield conn
        except (casefile.NotBuilt, coverage.NotBuilt):
            raise Problem("unavailable", "The view is not built yet.") from None


def _covered(row: coverage.Coverage) -> Covered:
    sent = None if row.sent is None else Told(row.sent.seq, row.sent.tier.word, row.sent.action == "lift", row.sent.at)
    answers = {state: Answered(answer.id, answer.seq, answer.at, answer.action) for state, answer in row.answers.items()}
    return Covered(row.subject_id, row.platform, sent, answers, None if row.overdue is None else row.overdue.at)


def _platform(conn: psycopg.Connection, code: str) -> Platform:
    row = conn.execute("SELECT entity, profile::text FROM member WHERE code = %s", (code,)).fetchone()
    if row is None:
        raise Problem("not-found")
    profile = msgspec.json.decode(row[1], type=Profile)
    return Platform(code, row[0], profile.measures, profile.response_times, profile.rules)
