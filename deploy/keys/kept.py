"""The keys that members have, as the hub keeps them: hashes, and who may speak under which until when."""

from datetime import datetime
from typing import NamedTuple

import psycopg

_KEYS = (
    "SELECT c.key_id, c.code, m.class, c.created_at, c.expires_at, c.revoked_at FROM credential c JOIN member m USING (code)"
    " WHERE (%(member)s = '' OR c.code = %(member)s) AND (%(key)s = '' OR c.key_id = %(key)s) ORDER BY c.code, c.created_at, c.key_id"
)


class Key(NamedTuple):
    """One key of a member; the hub knows no more of its secret than a hash."""

    key_id: str
    member: str
    member_class: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def kafka_user(self) -> str:
        """The user that came with it, as `enrol` named it."""
        return f"{self.member}.{self.key_id}"

    def state(self, now: datetime) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "open"


def keys(conn: psycopg.Connection, member: str = "", key_id: str = "") -> list[Key]:
    """All, of one member, or the one with this id."""
    return [Key(*row) for row in conn.execute(_KEYS, {"member": member, "key": key_id})]
