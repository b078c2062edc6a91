"""Opening evidence: a fact of the dossier, and audited, before the first byte is shown."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from events.facts.scrutiny import EvidenceOpened
from events.transport import store
from events.transport.telemetry import log
from services.adjudication.application import records
from services.adjudication.application.docket import Docket
from services.adjudication.application.records import Kept
from services.adjudication.application.rules import Rules
from services.adjudication.domain.decide.guards.evidence import named
from services.adjudication.domain.dossier import Dossier
from services.adjudication.evidence.places import Away, Missing
from services.adjudication.evidence.safe import Safe
from services.web import Problem

ATTEMPTS = 4


class NamedPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence that the dossier of a listing names. `state`: whether its content can be opened."""

    sha256: str
    state: Literal["kept", "erased", "never_handed_in"]
    by_the_subject: bool
    """Handed in for the subject, with an objection, an appeal or an application for repair; else a sanction lists it."""
    opened: bool
    """By the caller: nobody decides on what he has not opened."""
    media: str | None = None
    bytes: int | None = None
    stamped_at: datetime | None = None
    """When it existed at the latest, by a verified time stamp (RFC 3161)."""
    stamped_by: str | None = None


class Pieces(msgspec.Struct, frozen=True):
    items: list[NamedPiece]


class Opened(NamedTuple):
    """The content, and what is known of it."""

    content: bytes
    kept: Kept


class Opening:
    """Any number of threads may use it."""

    def __init__(self, pool: ConnectionPool, rules: Rules, safe: Safe) -> None:
        self._pool, self._rules, self._safe = pool, rules, safe

    def pieces(self, listing_id: UUID, by: str, purpose: str) -> Pieces:
        """Everything that may be opened; audited."""
        with self._pool.connection() as conn, conn.transaction():
            docket = Docket(conn, self._rules.moment())
            dossier = self._dossier(conn, docket, listing_id)
            self._audit(conn, docket, by, purpose, f"listings/{listing_id}/evidence")
            hashes = named(dossier)
            kept = {piece.sha256: piece for piece in records.pieces(conn, hashes)}
            erased = records.erased(conn, hashes)
        return Pieces([_piece(dossier, digest, kept.get(digest), digest in erased, by) for digest in sorted(hashes)])

    def open(self, listing_id: UUID, digest: str, by: str, purpose: str) -> Opened:
        """What the dossier of a listing names, for one of the hub's people. erased when it was kept once and is not any more."""
        for _ in range(ATTEMPTS):
            try:
                kept, seal = self._noted(listing_id, digest, by, purpose)
            except store.VersionConflict:
                continue
            try:
                return Opened(self._safe.get(digest, seal), kept)
            except (Away, Missing) as failed:
                log.error("kept evidence cannot be read", sha256=digest, why=str(failed))
                raise Problem("unavailable") from None
        raise Problem("unavailable")

    def _noted(self, listing_id: UUID, digest: str, by: str, purpose: str) -> tuple[Kept, bytes]:
        with self._pool.connection() as conn, conn.transaction():
            docket = Docket(conn, self._rules.moment())
            dossier = self._dossier(conn, docket, listing_id)
            if digest not in named(dossier):
                raise Problem("not-found", "The listing's dossier names no evidence with this hash.")
            kept = next(iter(records.pieces(conn, [digest])), None)
            seal = records.seal_of(conn, digest)
            if kept is None or seal is None:
                if digest in records.erased(conn, [digest]):
                    raise Problem("erased")
                raise Problem("not-found", "Its platform has not handed the content in.")
            self._audit(conn, docket, by, purpose, f"listings/{listing_id}/evidence/{digest}")
            if digest not in dossier.opened.get(by, frozenset()):
                docket.add([EvidenceOpened(subject_id=dossier.subject_id, at=docket.moment.now, sha256=digest, by=by)])
                docket.save()
        return kept, seal

    @staticmethod
    def _dossier(conn: psycopg.Connection, docket: Docket, listing_id: UUID) -> Dossier:
        subject = records.subject_of_listing(conn, listing_id)
        if subject is None:
            raise Problem("not-found", "There is no such listing.")
        return docket.dossier(subject)

    @staticmethod
    def _audit(conn: psycopg.Connection, docket: Docket, by: str, purpose: str, resource: str) -> None:
        query = "INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)"
        conn.execute(query, (docket.moment.now, by, purpose, resource))


def _piece(dossier: Dossier, digest: str, kept: Kept | None, erased: bool, by: str) -> NamedPiece:
    pleaded = digest not in {it for entry in dossier.weighed.values() for it in entry.weighing.evidence}
    opened = digest in dossier.opened.get(by, frozenset())
    if kept is None:
        state: Literal["erased", "never_handed_in"] = "erased" if erased else "never_handed_in"
        return NamedPiece(sha256=digest, state=state, by_the_subject=pleaded, opened=opened)
    return NamedPiece(
        sha256=digest, state="kept", by_the_subject=pleaded, opened=opened, media=kept.media, bytes=kept.bytes,
        stamped_at=kept.stamped_at, stamped_by=kept.stamped_by,
    )  # fmt: skip
