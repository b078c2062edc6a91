"""Erasing the content of evidence: its seal, without which no copy of it opens any more, and then the object itself."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import psycopg
from psycopg import sql

from deploy.erase.belongings import Belongings
from deploy.local.tell import Say
from services.adjudication.application import records
from services.adjudication.evidence.places import Away, Place
from services.adjudication.evidence.safe import name_of

_FIND = sql.SQL("SELECT DISTINCT sha256 FROM evidence_kept WHERE (platform, {}) = (%s, %s) AND erased_at IS NULL ORDER BY 1")
_ERASE = sql.SQL(
    "UPDATE evidence_kept SET erased_at = %s, account = '', media = '', stamped_at = NULL, stamped_by = NULL"
    " WHERE (platform, {}) = (%s, %s) AND sha256 = %s AND erased_at IS NULL"
)


def shred(conn: psycopg.Connection, found: Belongings, now: datetime) -> tuple[int, list[str]]:
    """How many pieces were erased, and the names of the objects that nobody can open any more.

    What somebody else handed in too, word for word the same, stays his. Of a piece its number and hash stay, which the log has anyway.
    """
    pieces, objects = 0, list[str]()
    wanted = [("account", (one.platform, one.account)) for one in found.accounts] + [("evidence", one) for one in found.evidence]
    for column, whose in wanted:
        which = sql.Identifier(column)
        for (digest,) in conn.execute(_FIND.format(which), whose).fetchall():
            records.lock_content(conn, digest)
            pieces += conn.execute(_ERASE.format(which), (now, *whose, digest)).rowcount
            objects += _unseal(conn, digest)
    return pieces, objects


def _unseal(conn: psycopg.Connection, digest: str) -> Iterator[str]:
    if not records.kept(conn, [digest]):
        gone = conn.execute("DELETE FROM evidence_seal WHERE sha256 = %s RETURNING seal", (digest,)).fetchall()
        yield from (name_of(digest, bytes(seal)) for (seal,) in gone)


def remove(place: Place | None, objects: Iterable[str], say: Say) -> None:
    """After the seals are gone for good. An object that cannot be removed now is said; it opens for nobody."""
    if place is None:
        return
    for name in objects:
        try:
            place.remove(name)
        except Away as away:
            say(f"证据 {name} 已不可读，但未能删除：{away}", f"evidence {name} opens no more, but could not be removed: {away}")
