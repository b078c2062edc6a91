"""Who read what, why and when, for auditors: the audit, whose own reading is audited too."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from psycopg_pool import ConnectionPool

from services.regulator.application import Reading, audited


class Row(NamedTuple):
    """One read, or one log-in. `id` orders what was written at one moment."""

    at: datetime
    id: int
    actor: str
    purpose: str
    resource: str


class Wanted(NamedTuple):
    """Of whom, about which subject, and of when; whatever is None does not matter."""

    actor: str | None = None
    subject: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None

    def resource(self) -> str:
        chosen = {"actor": self.actor, "subject": self.subject, "from": self.start, "to": self.end}
        said = {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in chosen.items() if value}
        return f"audit?{urlencode(said)}"


class Trail:
    """Used by several threads."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def page(self, reading: Reading, wanted: Wanted, before: tuple[datetime, int] | None, limit: int) -> tuple[list[Row], bool]:
        """The newest first, from before a place on; whether there are more. This very reading is the newest of all."""
        resources = [f"subjects/{wanted.subject}", f"exports/police/{wanted.subject}"]
        narrowed = [
            ("actor = %(actor)s", wanted.actor),
            ("resource = ANY(%(resources)s) AND length(resource) < 200", wanted.subject),
            ("at >= %(start)s", wanted.start),
            ("at <= %(end)s", wanted.end),
            ("(at, id) < (%(at)s, %(id)s)", before),
        ]
        where = " AND ".join(text for text, value in narrowed if value is not None) or "true"
        at, id = before or (None, None)
        given = {"actor": wanted.actor, "resources": resources, "start": wanted.start, "end": wanted.end, "at": at, "id": id}
        with audited(self._pool, reading, wanted.resource()) as conn:
            query = f"SELECT at, id, actor, purpose, resource FROM audit WHERE {where} ORDER BY at DESC, id DESC LIMIT {limit + 1}"
            rows = [Row(*row) for row in conn.execute(query.encode(), given, prepare=False)]
        return rows[:limit], len(rows) > limit
