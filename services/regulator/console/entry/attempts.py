"""How often something may be tried, counted in PostgreSQL for all processes of the console together."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from psycopg_pool import ConnectionPool

from services.regulator.console.entry.talking import talking
from services.web import Problem

FORGOTTEN = timedelta(minutes=10)
"""No bucket takes longer to be full again, and an address is kept no longer than it is counted. Rare attempts sweep, pages do not."""

_REFILLED = "least(%(burst)s, a.tokens + greatest(0, extract(epoch FROM excluded.at - a.at)) * %(rate)s)"
_SPEND = (
    "INSERT INTO console_attempt AS a (whose, tokens, at) VALUES (%(whose)s, %(burst)s - 1, %(now)s)"
    f" ON CONFLICT (whose) DO UPDATE SET tokens = {_REFILLED} - 1, at = greatest(a.at, excluded.at)"
    f" WHERE {_REFILLED} >= 1 RETURNING true"
)
"""Nothing comes back when the bucket is empty; nothing is taken from it then."""


class Attempts:
    """`rate` a second in the long run, `burst` at once, for each key. Used from threads: it blocks."""

    def __init__(self, pool: ConnectionPool, clock: Callable[[], datetime], kind: str, rate: float, burst: float) -> None:
        self._pool, self._clock, self._kind, self._rate, self._burst = pool, clock, kind, rate, burst

    def spend(self, key: str) -> None:
        """Problem too-many-requests; unavailable when the database is away, since then nobody counts."""
        whose, now = sha256(f"{self._kind}\0{key}".encode()).digest(), self._clock()
        given = {"whose": whose, "now": now, "rate": self._rate, "burst": self._burst}
        with talking(self._pool) as conn:
            taken = conn.execute(_SPEND, given).fetchone()
            if self._rate < 1:
                conn.execute("DELETE FROM console_attempt WHERE at < %s", (now - FORGOTTEN,))
        if taken is None:
            raise Problem("too-many-requests", headers={"Retry-After": str(ceil(1 / self._rate))})
