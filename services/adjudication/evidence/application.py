"""Handing evidence in, and opening it: both leave a fact, and nothing is shown before the fact is there."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from events.facts.dossier import AccountRef
from events.facts.evidence import EvidenceSubmitted
from events.facts.scrutiny import EvidenceOpened, EvidenceStored
from events.transport import store
from projections.casefile import read as casefile
from services.adjudication.application import records
from services.adjudication.application.docket import Docket
from services.adjudication.application.records.kept import Kept
from services.adjudication.application.rules import Rules
from services.adjudication.domain.decide.guards.evidence import named
from services.adjudication.evidence.safe import Safe
from services.web import Problem

NS_EVIDENCE = UUID("5d0c2f4e-8f39-5a43-9f1a-6c0f7e6b1d02")
ATTEMPTS = 4


class Stored(msgspec.Struct, frozen=True):
    """What is kept of a piece of evidence."""

    evidence: str
    sha256: str
    bytes: int
    media: str


class Opened(NamedTuple):
    """The content, and the media type that its platform named."""

    content: bytes
    media: str


class Evidence:
    """Any number of threads may use it."""

    def __init__(self, pool: ConnectionPool, rules: Rules, safe: Safe) -> None:
        self._pool, self._rules, self._safe = pool, rules, safe

    def hand_in(self, platform: str, evidence: str, content: bytes) -> tuple[Stored, bool]:
        """Keep what the platform has submitted under this number; whether it is new.

        not-found while the hub knows no such statement of this platform, content-mismatch when the content is another one.
        """
        digest = sha256(content).hexdigest()
        with self._pool.connection() as conn:
            said = self._submitted(conn, platform, evidence)
        if not said:
            raise Problem("not-found", "No evidence.submitted of yours has this number, or the hub has not come to it yet.")
        fits = next((one for one in said if one.content_sha256 == digest and one.bytes == len(content)), None)
        if fits is None:
            raise Problem("content-mismatch", f"{len(content)} bytes with sha256 {digest} are not what was submitted.")
        self._safe.put(content)
        with self._pool.connection() as conn, conn.transaction():
            now = self._rules.clock()
            new = records.keep(conn, Kept(platform, evidence, fits.account, digest, fits.media, fits.bytes, now))
            if new:
                store.append(conn, [(uuid5(NS_EVIDENCE, f"{platform}\0{evidence}\0{digest}"), 1, _fact(fits, platform, evidence, now))])
        return Stored(evidence, digest, fits.bytes, fits.media), new

    def open(self, listing_id: UUID, digest: str, by: str, purpose: str) -> Opened:
        """What the dossier of a listing rests on, for one of the hub's people: the opening is a fact of the dossier, and audited."""
        for _ in range(ATTEMPTS):
            try:
                return self._open(listing_id, digest, by, purpose)
            except store.VersionConflict:
                continue
        raise Problem("unavailable")

    def _open(self, listing_id: UUID, digest: str, by: str, purpose: str) -> Opened:
        with self._pool.connection() as conn, conn.transaction():
            subject = records.subject_of_listing(conn, listing_id)
            media = records.media_of(conn, digest)
            docket = Docket(conn, self._rules.moment())
            if subject is None or digest not in named(docket.dossier(subject)):
                raise Problem("not-found", "The listing's dossier names no evidence with this hash.")
            if media is None:
                raise Problem("not-found", "Its platform has not handed the content in.")
            conn.execute(
                "INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)",
                (docket.moment.now, by, purpose, f"listings/{listing_id}/evidence/{digest}"),
            )
            if digest not in docket.dossier(subject).opened.get(by, frozenset()):
                docket.add([EvidenceOpened(subject_id=subject, at=docket.moment.now, sha256=digest, by=by)])
                docket.save()
        return Opened(self._safe.get(digest), media)

    @staticmethod
    def _submitted(conn: psycopg.Connection, platform: str, evidence: str) -> list[EvidenceSubmitted]:
        """What the platform said under this number; the casefile knows where, the log what."""
        facts = (store.fact_at(conn, place) for place in casefile.submissions(conn, platform, evidence))
        return [fact for fact in facts if isinstance(fact, EvidenceSubmitted) and (fact.member, fact.evidence) == (platform, evidence)]


def _fact(said: EvidenceSubmitted, platform: str, evidence: str, now: datetime) -> EvidenceStored:
    return EvidenceStored(
        account=AccountRef(platform, said.account), sha256=said.content_sha256, bytes=said.bytes, media=said.media, by=platform, at=now,
        evidence=evidence,
    )  # fmt: skip
