"""The rows of the table `refusal`, as operators see them."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

_COLUMNS = 'id, kind, member, topic, partition, "offset", statement_id, answer, record, recorded_at, settled_at, settled_as'
_OPEN = f"SELECT {_COLUMNS} FROM refusal WHERE kind <> 'duplicate' AND settled_at IS NULL ORDER BY id DESC LIMIT %s"
_ONE = f"SELECT {_COLUMNS} FROM refusal WHERE id = %s AND kind <> 'duplicate'"
_SAME_CAUSE = (
    f"SELECT {_COLUMNS} FROM refusal WHERE settled_at IS NULL AND kind = %(kind)s AND (%(member)s = '' OR member = %(member)s) ORDER BY id"
)


class Refused(NamedTuple):
    """A record that was not taken, and what its sender was told."""

    id: int
    kind: str
    member: str | None
    topic: str
    partition: int
    offset: int
    statement_id: str | None
    answer: dict[str, Any]
    record: bytes | None
    recorded_at: datetime
    settled_at: datetime | None
    settled_as: str | None

    @property
    def place(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def why(self) -> str:
        """The first fault with the place of it; never the words that the member used."""
        problem = self.answer.get("problem") or {}
        faults = problem.get("errors") or [{}]
        return " ".join(str(part) for part in (faults[0].get("code"), faults[0].get("pointer")) if part) or str(
            self.answer.get("detail", "")
        )


def still_open(conn: psycopg.Connection, limit: int) -> list[Refused]:
    """Newest first; repeats are no refusals."""
    return [Refused(*row) for row in conn.execute(_OPEN, (limit,))]


def one(conn: psycopg.Connection, number: int) -> Refused | None:
    row = conn.execute(_ONE, (number,)).fetchone()
    return None if row is None else Refused(*row)


def refused_of(conn: psycopg.Connection, member: str) -> list[Refused]:
    """Statements that were refused and nobody has settled, oldest first; of every member for ''."""
    return [Refused(*row) for row in conn.execute(_SAME_CAUSE, {"kind": "refused", "member": member})]
