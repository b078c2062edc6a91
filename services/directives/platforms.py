"""What a platform tells of itself, and what became of what it said: its profile, the digest of its copy, effects, coverage."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from events.facts.enforcement import State
from events.facts.fact import Measure
from projections.casefile import read as casefile
from projections.coverage import read as coverage
from services.directives.application import Feeds, given
from services.directives.copies.doubt import unable
from services.directives.log.read import directives_of
from services.directives.token import EffectPlace
from services.web import Problem

Action = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=30 * 86_400)]
Address = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$", max_length=500)]


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
    """How one platform stands to what it was told of one subject. `overdue_since`: it owes an answer since then.

    `unable`: measures of the newest directive for which it has declared no action, whatever it answered. `carried_out`: it says that it did
    what the newest directive asks, and there is no such measure.
    """

    subject_id: UUID
    platform: str
    sent: Told | None
    answers: dict[State, Answered]
    overdue_since: datetime | None
    unable: list[Measure]
    carried_out: bool


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
            return Coverage([row for row in _coverage(conn, subject_id) if row.platform == code])

    def coverage(self, reader: str, purpose: str, subject_id: UUID, now: datetime) -> Coverage:
        """What every platform was told of the subject and answered. Without its row in the audit nothing is read."""
        with self._view() as conn, conn.transaction():
            conn.execute(
                "INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)", (now, reader, purpose, f"coverage/{subject_id}")
            )
            return Coverage(_coverage(conn, subject_id))

    @contextmanager
    def _view(self) -> Iterator[psycopg.Connection]:
        """A connection to read a view with; unavailable while the view has never been built."""
        try:
            with self._pool.connection() as conn:
                yield conn
        except (casefile.NotBuilt, coverage.NotBuilt):
            raise Problem("unavailable", "The view is not built yet.") from None


def _coverage(conn: psycopg.Connection, subject_id: UUID) -> list[Covered]:
    """With what each directive asked, from the log, and what each platform has declared."""
    rows = coverage.of_subject(conn, subject_id)
    asked = {fact.seq: [one.measure for one in fact.measures] for fact in directives_of(conn, subject_id)} if rows else {}
    found = conn.execute("SELECT code, profile::text FROM member WHERE code = ANY(%s)", ([row.platform for row in rows],))
    declared = {code: msgspec.json.decode(profile, type=Profile) for code, profile in found}
    return [_covered(row, asked, declared.get(row.platform, Profile())) for row in rows]


def _covered(row: coverage.Coverage, asked: Mapping[int, Sequence[Measure]], profile: Profile) -> Covered:
    missing = [] if row.sent is None else unable(asked.get(row.sent.seq, ()), profile.measures)
    word: State = "lifted" if row.sent is not None and row.sent.action == "lift" else "enforced"
    done = row.sent is not None and not missing and word in row.answers and row.answers[word].seq >= row.sent.seq
    sent = None if row.sent is None else Told(row.sent.seq, row.sent.tier.word, row.sent.action == "lift", row.sent.at)
    answers = {state: Answered(answer.id, answer.seq, answer.at, answer.action) for state, answer in row.answers.items()}
    overdue = None if row.overdue is None else row.overdue.at
    return Covered(row.subject_id, row.platform, sent, answers, overdue, missing, done)


def _platform(conn: psycopg.Connection, code: str) -> Platform:
    row = conn.execute("SELECT entity, profile::text FROM member WHERE code = %s", (code,)).fetchone()
    if row is None:
        raise Problem("not-found")
    profile = msgspec.json.decode(row[1], type=Profile)
    return Platform(code, row[0], profile.measures, profile.response_times, profile.rules)
