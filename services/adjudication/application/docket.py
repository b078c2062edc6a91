"""The dossiers of one transaction: loaded together, decided on one after the other, saved together or not at all."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import psycopg
from msgspec.structs import replace

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountRef
from events.facts.fact import DossierFact, Tier
from events.facts.listing import Listing, ListingCarried, ListingDecided, ListingFact, NoticeReleased
from events.transport import store
from events.transport.telemetry import DUE_PROCESS_VIOLATIONS
from services.adjudication.application import records
from services.adjudication.application.records import Candidate, Decision, ListingRow, Signal, Verdict
from services.adjudication.application.shelf import Shelf
from services.adjudication.domain.breaker import stood
from services.adjudication.domain.decide.directive import in_force
from services.adjudication.domain.decide.elapse import next_due
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Facts, Moment
from services.adjudication.domain.evolve import evolve
from services.adjudication.domain.grounds import bearers
from services.adjudication.domain.identity import Known


class NoDecision(RuntimeError):
    """A directive that restricts has no decision behind it: a defect, stopped before anybody is told."""


class Docket:
    """What is decided in one transaction, at one moment. Whoever raises VersionConflict from it begins again with a new one."""

    def __init__(self, conn: psycopg.Connection, moment: Moment, shelf: Shelf | None = None) -> None:
        self._conn, self.moment, self._shelf = conn, moment, shelf or Shelf()
        self.dossiers: dict[UUID, Dossier] = {}
        self.opened: dict[AccountRef, Known] = {}
        self.moved: dict[AccountRef, Known] = {}
        self.candidates: list[Candidate] = []
        self.signals: list[Signal] = []
        self.facts: list[tuple[UUID, int, DossierFact]] = []
        self._before: dict[UUID, Dossier] = {}

    def load(self, subjects: Iterable[UUID]) -> None:
        """Load dossiers, and those that they were merged into."""
        wanted = {subject for subject in subjects if subject not in self.dossiers}
        while wanted:
            read = self._shelf.read(self._conn, wanted)
            self.dossiers.update(read)
            self._before.update(read)
            wanted = {to for subject in wanted if (to := self.dossiers[subject].merged_into) is not None and to not in self.dossiers}

    def living(self, subject: UUID) -> UUID:
        """The subject, or the one that it is an alias of."""
        self.load([subject])
        to = self.dossiers[subject].merged_into
        return subject if to is None else self.living(to)

    def dossier(self, subject: UUID) -> Dossier:
        self.load([subject])
        return self.dossiers[subject]

    def add(self, facts: Iterable[DossierFact]) -> None:
        """Take what was decided; NoDecision, and the count of violations, for a directive that nothing justifies."""
        for fact in facts:
            dossier = self.dossiers[fact.subject_id]
            self.facts.append((fact.subject_id, dossier.version + 1, fact))
            self.dossiers[fact.subject_id] = dossier = evolve(dossier, fact)
            if isinstance(fact, DirectiveIssued) and fact.tier > self._decided_tier(dossier):
                DUE_PROCESS_VIOLATIONS.inc()
                raise NoDecision(f"{fact.subject_id}/{fact.seq}")

    def _decided_tier(self, dossier: Dossier) -> Tier:
        return max((one.tier for one in in_force(dossier, self.moment)), default=Tier.NONE)

    def add_both(self, moved: tuple[Facts, Facts]) -> None:
        """Take what leaves one dossier, then what comes to the other: where something is now has the higher place in the log."""
        for facts in moved:
            self.add(facts)

    def save(self, *, elapsed: Sequence[UUID] = ()) -> None:
        """Append, then write what is kept beside the log, in the order in which everybody locks. `elapsed` were due."""
        if self.candidates or self.signals:
            # Also without a fact: several who note candidates, each of several pairs, would wait for one another crosswise.
            store.lock_log(self._conn)
        store.append(self._conn, self.facts)
        records.open_accounts(self._conn, self.opened)
        records.move_accounts(self._conn, self.moved)
        alike = records.note_signals(self._conn, self.signals)
        records.note_candidates(self._conn, [*self.candidates, *alike], self.moment.now)
        records.write_listings(self._conn, self._listing_rows())
        records.note_decisions(self._conn, self.decisions())
        records.note_verdicts(self._conn, self.verdicts())
        touched = {subject for subject, _, _ in self.facts}
        due = {subject: next_due(self.dossiers[subject], self.moment) for subject in touched | set(elapsed)}
        was = {subject: next_due(self._before[subject], self.moment) for subject in touched - set(elapsed)}
        records.write_due(self._conn, {s: moment for s, moment in due.items() if s in elapsed or moment != was[s]})

    def decisions(self) -> list[Decision]:
        """The listings decided here, as the breaker counts them."""
        decided = [(subject, fact) for subject, _, fact in self.facts if isinstance(fact, ListingDecided)]
        return [self._decision(self.dossiers[subject], fact) for subject, fact in decided]

    def verdicts(self) -> list[Verdict]:
        """What became here of listings that rest on platforms; the last word on each."""
        last: dict[UUID, Verdict] = {}
        for subject, _, fact in self.facts:
            if isinstance(fact, ListingFact) and (stands := stood(fact)) is not None:
                entities = self._bearers(self.dossiers[subject], fact.listing_id)
                last[fact.listing_id] = Verdict(fact.listing_id, fact.at, entities, stands)
        return list(last.values())

    def count(self, moment: Moment, decided: ListingDecided) -> Moment:
        """The moment of whatever is decided after this."""
        one = self._decision(self.dossiers[decided.subject_id], decided)
        return replace(moment, traffic=moment.traffic.plus(one.rule, one.entities))

    def _decision(self, dossier: Dossier, fact: ListingDecided) -> Decision:
        return Decision(fact.listing_id, fact.at, _listing(dossier, fact.listing_id).rule, self._bearers(dossier, fact.listing_id))

    def _bearers(self, dossier: Dossier, listing_id: UUID) -> list[str]:
        listing = _listing(dossier, listing_id)
        return sorted(bearers(listing, self.moment.book_of(listing.rulebook)))

    def _listing_rows(self) -> list[ListingRow]:
        """Of every listing that a fact was about. One that moved is written by the dossier that it came to."""
        ids: dict[tuple[UUID, UUID], None] = {}
        for subject, _, fact in self.facts:
            match fact:
                case ListingFact(listing_id=listing_id) | NoticeReleased(listing_id=UUID() as listing_id):
                    ids[subject, listing_id] = None
                case ListingCarried(listing=listing):
                    ids[subject, listing.listing_id] = None
        rows = (self._listing_row(self.dossiers[subject], listing_id) for subject, listing_id in ids)
        return list({row.listing_id: row for row in rows if row is not None}.values())

    @staticmethod
    def _listing_row(dossier: Dossier, listing_id: UUID) -> ListingRow | None:
        listing = dossier.listings.get(listing_id)
        state: str | None = listing.state if listing else None
        if listing is None and listing_id in dossier.closed:
            closed = dossier.closed[listing_id]
            listing, state = closed.listing, None if closed.how == "moved" else closed.how
        if listing is None or state is None:
            return None
        return ListingRow(
            listing_id, dossier.subject_id, listing.tier, state, listing.undelivered, listing.objected, listing.contested,
            listing.proposed_at, listing.hold is not None and state == listing.state, listing.appeal_by is not None,
            listing.repair_by is not None, min((due.by for due in listing.answers), default=None),
        )  # fmt: skip


def _listing(dossier: Dossier, listing_id: UUID) -> Listing:
    """Open, or over by the end of the same transaction."""
    closed = dossier.closed.get(listing_id)
    return closed.listing if closed else dossier.listings[listing_id]
