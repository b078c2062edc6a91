"""Handing evidence in: by the platform that submitted it, and by the holder of a notice. What is kept is a fact."""

import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from events.facts.dossier import AccountRef
from events.facts.evidence import EvidenceSubmitted
from events.facts.scrutiny import EvidenceStored
from events.transport import store
from events.transport.telemetry import log
from projections.casefile import read as casefile
from services.adjudication.application import records
from services.adjudication.application.merchant.holder import Holder
from services.adjudication.application.records import Kept
from services.adjudication.evidence.media import KINDS, MOST_PIECES, MOST_TOGETHER, media_of
from services.adjudication.evidence.places import Away
from services.adjudication.evidence.safe import MOST_BYTES, SEAL_BYTES, Safe
from services.adjudication.evidence.stamps import NotStamped, Stamp, Stamps
from services.web import Problem

NS_EVIDENCE = UUID("5d0c2f4e-8f39-5a43-9f1a-6c0f7e6b1d02")
ATTEMPTS = 3


class Stored(msgspec.Struct, frozen=True):
    """What is kept of a piece of evidence. `stamped_at`: when it existed at the latest, by its time stamp."""

    evidence: str
    sha256: str
    bytes: int
    media: str
    stamped_at: datetime | None = None
    stamped_by: str | None = None


class Piece(NamedTuple):
    """What somebody hands in, and under which number."""

    platform: str
    evidence: str
    account: str
    media: str
    by: str
    number: str | None
    stamp: Stamp | None = None


class Evidence:
    """Any number of threads may use it."""

    def __init__(
        self, pool: ConnectionPool, clock: Callable[[], datetime], safe: Safe, stamps: Stamps,
        randomness: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:  # fmt: skip
        self._pool, self._clock, self._safe, self._stamps, self._randomness = pool, clock, safe, stamps, randomness

    def hand_in(self, platform: str, evidence: str, content: bytes) -> tuple[Stored, bool]:
        """Keep what the platform has submitted under this number; whether it is new.

        not-found while the hub knows no such statement of this platform, content-mismatch when the content is another one,
        timestamp-invalid when the statement carries a token that does not hold.
        """
        digest = sha256(content).hexdigest()
        with self._pool.connection() as conn:
            said = self._submitted(conn, platform, evidence)
        if not said:
            raise Problem("not-found", "No evidence.submitted of yours has this number, or the hub has not come to it yet.")
        fits = next((one for one in said if one.content_sha256 == digest and one.bytes == len(content)), None)
        if fits is None:
            raise Problem("content-mismatch", f"{len(content)} bytes with sha256 {digest} are not what was submitted.")
        try:
            stamp = self._stamps.verify(fits.timestamp, digest, self._clock())
        except NotStamped as wrong:
            raise Problem("timestamp-invalid", str(wrong)) from None
        return self._keep(Piece(platform, evidence, fits.account, fits.media, platform, evidence, stamp), digest, content)

    def plead(self, holder: Holder, digest: str, kind: str | None, content: bytes) -> tuple[Stored, bool]:
        """Keep what the holder of a notice hands in, to be named in an objection, an appeal or a repair; whether it is new."""
        if holder.listing_id is None:
            raise Problem("not-found", "A watch restricts nothing: there is nothing to prove.")
        if len(content) > MOST_BYTES:
            raise Problem("too-large", f"At most {MOST_BYTES} bytes.")
        if sha256(content).hexdigest() != digest:
            raise Problem("content-mismatch", f"{len(content)} bytes have another sha256.")
        media = media_of(kind, content)
        if media is None:
            raise Problem("unsupported-media-type", f"One of {', '.join(KINDS)}, and the content of that kind.")
        number = f"notice/{holder.notice}"
        piece = Piece(holder.account.platform, number, holder.account.account, media, holder.person.code, None)
        with self._pool.connection() as conn:
            count, together = records.handed_in(conn, piece.platform, number)
            again = records.was_kept(conn, piece.platform, number, digest)
        if not again and (count >= MOST_PIECES or together + len(content) > MOST_TOGETHER):
            raise Problem("evidence-full")
        return self._keep(piece, digest, content)

    def _keep(self, piece: Piece, digest: str, content: bytes) -> tuple[Stored, bool]:
        """Written outside of any transaction; noted only while the seal that it lies under is still there."""
        for _ in range(ATTEMPTS):
            with self._pool.connection() as conn, conn.transaction():
                if records.was_erased(conn, piece.platform, piece.evidence, digest):
                    raise Problem("erased")
                seal = records.make_seal(conn, digest, self._randomness(SEAL_BYTES))
            try:
                self._safe.put(content, seal)
            except Away as away:
                log.warning("evidence cannot be kept", why=str(away))
                raise Problem("unavailable") from None
            with self._pool.connection() as conn, conn.transaction():
                records.lock_content(conn, digest)
                if records.seal_of(conn, digest) == seal:
                    return self._note(conn, piece, digest, len(content))
        raise Problem("unavailable")

    def _note(self, conn: psycopg.Connection, piece: Piece, digest: str, size: int) -> tuple[Stored, bool]:
        now, stamp = self._clock(), piece.stamp
        at, authority = (stamp.at, stamp.by) if stamp is not None else (None, None)
        new = records.keep(conn, Kept(piece.platform, piece.evidence, piece.account, digest, piece.media, size, now, at, authority))
        if new:
            fact = EvidenceStored(
                account=AccountRef(piece.platform, piece.account), sha256=digest, bytes=size, media=piece.media, by=piece.by, at=now,
                evidence=piece.number, stamped_at=at, stamped_by=authority,
            )  # fmt: skip
            store.append(conn, [(uuid5(NS_EVIDENCE, f"{piece.platform}\0{piece.evidence}\0{digest}"), 1, fact)])
        return Stored(piece.evidence, digest, size, piece.media, at, authority), new

    @staticmethod
    def _submitted(conn: psycopg.Connection, platform: str, evidence: str) -> list[EvidenceSubmitted]:
        """What the platform said under this number; the casefile knows where, the log what."""
        facts = (store.fact_at(conn, place) for place in casefile.submissions(conn, platform, evidence))
        return [fact for fact in facts if isinstance(fact, EvidenceSubmitted) and (fact.member, fact.evidence) == (platform, evidence)]
