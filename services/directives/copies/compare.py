"""The digest that a platform tells of its copy, compared; whoever differs has to begin again, and is named until a copy agrees."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from psycopg_pool import ConnectionPool

from events.transport.telemetry import DIGEST_MISMATCHES
from services.directives.application import Feeds

Hexadecimal = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
RESYNC_AGAIN = timedelta(seconds=60)
"""A platform whose copies go on differing is not asked more often than this: each time costs it, and us, a snapshot."""

_KEEP = (
    "INSERT INTO platform_digest AS had (code, token, digest, count, agrees, recorded_at, differs_since, resyncs, resync_at)"
    " VALUES (%(code)s, %(token)s, %(digest)s, %(count)s, %(agrees)s, %(now)s, CASE WHEN NOT %(agrees)s THEN %(now)s::timestamptz END,"
    " CASE WHEN %(agrees)s THEN 0 ELSE 1 END, CASE WHEN NOT %(agrees)s THEN %(now)s::timestamptz END)"
    " ON CONFLICT (code) DO UPDATE SET (token, digest, count, agrees, recorded_at)"
    " = (excluded.token, excluded.digest, excluded.count, excluded.agrees, excluded.recorded_at),"
    " differs_since = CASE WHEN NOT excluded.agrees THEN coalesce(had.differs_since, excluded.recorded_at) END,"
    " (resyncs, resync_at) = (SELECT CASE WHEN a.asked THEN had.resyncs + 1 ELSE had.resyncs END,"
    " CASE WHEN a.asked THEN excluded.recorded_at ELSE had.resync_at END FROM (SELECT NOT excluded.agrees AND had.resyncs = %(round)s"
    " AND coalesce(had.resync_at < %(again)s, true) AS asked) a)"
)


class CopyDigest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A platform's own digest of its copy, at a token."""

    token: Annotated[str, msgspec.Meta(max_length=1000)]
    digest: Hexadecimal
    count: Annotated[int, msgspec.Meta(ge=0, le=(1 << 53) - 1)]


class Compared(msgspec.Struct, frozen=True):
    """Whether the two agree, and the hub's. `resync`: take a full snapshot; the feed answers 410 to this copy's tokens until then."""

    agrees: bool
    digest: str
    count: int
    resync: bool


class Copies:
    """Blocks on the database: not for an event loop."""

    def __init__(self, pool: ConnectionPool, feeds: Feeds) -> None:
        self._pool, self._feeds = pool, feeds

    def compare(self, code: str, told: CopyDigest, now: datetime) -> Compared:
        """Compare with what a faithful copy holds at that token, and keep the latest comparison of each platform."""
        state, round_ = self._feeds.state(told.token)
        agrees = (told.digest, told.count) == (state.hexadecimal, state.listed)
        kept = {"code": code, "token": told.token, "digest": told.digest, "count": told.count, "agrees": agrees}
        with self._pool.connection() as conn:
            conn.execute(_KEEP, kept | {"now": now, "round": round_, "again": now - RESYNC_AGAIN})
            if not agrees:
                DIGEST_MISMATCHES.inc()
                self._feeds.look(conn)
        return Compared(agrees, state.hexadecimal, state.listed, not agrees)
