"""The copy in memory: the blacklist, the ledgers of the score, whose account is whose, and answers that were made from them."""

import threading
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from projections.blacklist.read import Account, News, Subject, Vector
from projections.credit.read import Entry, Ledgers, Score, Scorecard, score_of
from services.standing.answer import Judged, Standing, judged, target, target_at

_REMEMBERED = 100_000
_encode = msgspec.json.Encoder().encode


class Vectors(NamedTuple):
    """How far the copy is in each view."""

    blacklist: Vector | None = None
    credit: Vector | None = None


class _Listed:
    """What the blacklist view says, by key."""

    def __init__(self) -> None:
        self.subjects: dict[UUID, Subject] = {}
        self.accounts: dict[tuple[str, str], Account] = {}

    def take(self, news: News) -> set[UUID]:
        """The subjects that changed. Of two rows of one account the one with the higher id holds."""
        for subject in news.subjects:
            self.subjects[subject.subject_id] = subject
        for account in news.accounts:
            known = self.accounts.get((account.platform, account.account))
            if known is None or known.id < account.id:
                self.accounts[account.platform, account.account] = account
        return {subject.subject_id for subject in news.subjects}


class _Ledgers:
    """What the credit view says, by subject."""

    def __init__(self) -> None:
        self.entries: dict[UUID, dict[tuple[UUID, int], Entry]] = {}

    def take(self, news: Ledgers) -> set[UUID]:
        """The subjects that changed."""
        for entry in news.entries:
            self.entries.setdefault(entry.subject_id, {})[entry.weighing.id, entry.recorded_id] = entry
        return {entry.subject_id for entry in news.entries}

    def of(self, subject_id: UUID) -> list[Entry]:
        return list(self.entries.get(subject_id, {}).values())


class _Cached(NamedTuple):
    judged: Judged
    sources: frozenset[str]
    body: bytes
    """JSON of the standing without its last brace, for `as_of` to follow."""


class Replica:
    """One thread takes news in, others ask. News of one snapshot becomes visible at once."""

    def __init__(self, card: Scorecard) -> None:
        self._card = card
        self._lock = threading.Lock()
        self._listed, self._ledgers = _Listed(), _Ledgers()
        self._cache: dict[UUID, _Cached] = {}
        self.vectors = Vectors()

    def take(self, blacklist: News, credit: Ledgers) -> None:
        """What is new in both views, read in one snapshot. A reload of either is everything, and is put together before anybody waits."""
        listed = _Listed() if blacklist.reload else self._listed
        ledgers = _Ledgers() if credit.reload else self._ledgers
        if blacklist.reload:
            listed.take(blacklist)
        if credit.reload:
            ledgers.take(credit)
        with self._lock:
            changed = set() if blacklist.reload else listed.take(blacklist)
            changed |= set() if credit.reload else ledgers.take(credit)
            self._listed, self._ledgers = listed, ledgers
            if blacklist.reload or credit.reload:
                self._cache = {}
            for subject_id in changed:
                self._cache.pop(subject_id, None)
            self.vectors = Vectors(blacklist.vector, credit.vector)

    def whose(self, platform: str, account: str) -> UUID | None:
        """The subject that the account belongs to; None for an account that no dossier knows."""
        found = self._listed.accounts.get((platform, account))
        return None if found is None else found.subject_id

    def standing(self, asked: UUID | None, source: str, now: datetime) -> bytes:
        """JSON of the standing without its last brace. `source` is the caller's: its own statements are named to it."""
        with self._lock:
            subjects = self._listed.subjects
            subject = None if asked is None else subjects.get(asked)
            if subject is None:
                return _open(Standing(subject_id=asked))
            if subject.merged_into is not None:
                subject = subjects.get(target(subject.subject_id, subjects), subject)
            cached = self._judge(subject, now)
        if subject.subject_id == asked and source not in cached.sources:
            return cached.body
        standing = cached.judged.seen_by(source)
        if subject.subject_id != asked:
            standing = msgspec.structs.replace(standing, subject_id=asked, merged_into=subject.subject_id)
        return _open(standing)

    def score(self, subject_id: UUID, at: datetime, position: int | None = None) -> Score | None:
        """The score at a moment, of what was recorded by then, or up to a position in the log; None for a subject without a dossier."""
        with self._lock:
            if subject_id not in self._listed.subjects:
                return None
            ledger = self._ledgers.of(target_at(subject_id, self._listed.subjects, at, position))
        return score_of(ledger, at, self._card, position)

    def _judge(self, subject: Subject, now: datetime) -> _Cached:
        cached = self._cache.get(subject.subject_id)
        if cached is None or cached.judged.stale_at <= now:
            found = judged(subject, self._ledgers.of(subject.subject_id), self._card, now)
            cached = _Cached(found, found.sources, _open(found.standing))
            if len(self._cache) >= _REMEMBERED:
                self._cache.clear()
            self._cache[subject.subject_id] = cached
        return cached


def _open(standing: Standing) -> bytes:
    return _encode(standing)[:-1]
