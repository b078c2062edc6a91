"""Hearing what members said, a batch at a time: whose account, what follows, and everything saved with the follower's place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg
from msgspec.structs import replace

from events.facts.dossier import AccountRef
from events.facts.evidence import EvidenceDiscredited, EvidenceVerified
from events.facts.fact import Statement
from events.facts.merchant import MerchantDeclared
from events.facts.notice import NoticeStatement
from events.facts.sanction import SanctionStatement
from events.transport import store
from events.transport.follow import Delivered, RetryLater
from events.transport.telemetry import END_TO_END_SECONDS
from services.adjudication.application import records
from services.adjudication.application.docket import Docket
from services.adjudication.application.records import Candidate
from services.adjudication.application.rules import Rules
from services.adjudication.application.shelf import Shelf
from services.adjudication.application.signals import Signals
from services.adjudication.domain.decide.hear import hear
from services.adjudication.domain.decide.link import move
from services.adjudication.domain.draft import Member, Moment
from services.adjudication.domain.identity import Known, account_of, claim, kept_apart, opens, subject_of_account, subject_of_uscc

HEARD = (SanctionStatement, EvidenceVerified, EvidenceDiscredited, NoticeStatement, MerchantDeclared)


class Said(NamedTuple):
    """A statement with its place in the log."""

    position: int
    statement: Statement


class Hearing:
    """Used by one thread. `handle` may be called again with what it has had: no statement has its effect twice."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._members: dict[str, Member] = {}
        self._shelf = Shelf()
        self._signals = Signals(rules.hub_key)

    def handle(self, conn: psycopg.Connection, delivered: Sequence[Delivered]) -> None:
        """In the follower's transaction. Raises VersionConflict when somebody else decided meanwhile; it is then called again."""
        heard = [Said(one.id, one.fact) for one in delivered if isinstance(one.fact, Statement) and isinstance(one.fact, HEARD)]
        if heard:
            self.hear(conn, sorted(heard, key=lambda said: said.position))
            recorded = heard[-1].statement.recorded_at
            END_TO_END_SECONDS.labels("decided").observe(max(0.0, (self._rules.clock() - recorded).total_seconds()))

    def hear_early(self, conn: psycopg.Connection, limit: int = 100) -> int:
        """Hear evidence that waits although its account is known: opened by somebody else in the same moment."""
        waiting = records.early_of_known(conn, limit)
        if waiting:
            self.hear(conn, _statements(conn, waiting))
        return len(waiting)

    def hear(self, conn: psycopg.Connection, heard: Sequence[Said]) -> None:
        """Decide on statements in their order, and save. Evidence of an account that nobody knows waits until it is opened."""
        docket = Docket(conn, self._rules.moment(), self._shelf)
        refs = {account_of(said.statement) for said in heard}
        known = records.accounts(conn, refs)
        waited = [said for said in _statements(conn, records.early_of(conn, refs)) if said not in heard]
        docket.load(self._subjects(heard, known))
        unheard = [said for said in (*waited, *heard) if not self._hear_one(conn, docket, known, said)]
        early = [said for said in unheard if not self._hear_one(conn, docket, known, said)]
        docket.signals = self._signals.of(said.statement for said in (*waited, *heard) if said not in early)
        docket.save()
        records.drop_early(conn, [said.statement.stream for said in (*waited, *heard) if said not in early])
        records.keep_early(conn, [(account_of(said.statement), said.statement.stream) for said in early], docket.moment.now)

    def _hear_one(self, conn: psycopg.Connection, docket: Docket, accounts: dict[AccountRef, Known], said: Said) -> bool:
        """False when it has to wait for its account."""
        position, statement = said
        account, moment = account_of(statement), replace(docket.moment, cause=said.statement.stream, trace=statement.trace)
        known = accounts.get(account)
        if known is None:
            if not opens(statement):
                return isinstance(statement, NoticeStatement)
            known = accounts[account] = docket.opened[account] = Known(docket.living(self._own(statement)), statement.uscc)
        elif account not in docket.dossier(known.subject_id).accounts:
            raise store.VersionConflict("an account moved meanwhile")
        else:
            known = self._claimed(docket, accounts, statement, known, moment)
        member = self._member(conn, statement.member)
        docket.add(hear(docket.dossier(known.subject_id), statement, member, position, moment))
        return True

    def _claimed(self, docket: Docket, accounts: dict[AccountRef, Known], statement: Statement, known: Known, moment: Moment) -> Known:
        """What the credit code that the statement declares does to whom the account belongs to."""
        account, uscc, dossier = account_of(statement), statement.uscc, docket.dossier(known.subject_id)
        match claim(known, dossier, account, uscc):
            case "candidate" if uscc is not None:
                docket.candidates.append(Candidate(account, uscc))
            case "adopt":
                known = docket.moved[account] = accounts[account] = Known(known.subject_id, uscc)
            case "link" if uscc is not None:
                target = docket.living(subject_of_uscc(uscc))
                if kept_apart(dossier, docket.dossier(target)):
                    docket.candidates.append(Candidate(account, uscc))
                    return known
                docket.add_both(move(dossier, docket.dossier(target), list(dossier.accounts), "uscc", None, moment))
                for moved in dossier.accounts:
                    was = accounts.get(moved, known)
                    docket.moved[moved] = accounts[moved] = Known(target, uscc if moved == account else was.uscc)
                known = accounts[account]
        return known

    def _own(self, statement: Statement) -> UUID:
        """The subject of an account that is new: by its credit code, or by itself."""
        if statement.uscc is not None:
            return subject_of_uscc(statement.uscc)
        return subject_of_account(self._rules.hub_key, account_of(statement))

    def _subjects(self, heard: Sequence[Said], known: Mapping[AccountRef, Known]) -> set[UUID]:
        """Whose dossiers the batch will need, so that they are loaded in one query."""
        wanted = {k.subject_id for k in known.values()}
        for _, statement in heard:
            of = known.get(account_of(statement))
            if of is None or (statement.uscc is not None and of.uscc is None):
                wanted.add(self._own(statement))
        return wanted

    def _member(self, conn: psycopg.Connection, code: str) -> Member:
        """Whoever made a statement was enrolled before; class and legal entity never change."""
        if code not in self._members:
            self._members = records.members(conn)
        if code not in self._members:
            raise RetryLater(f"{code} is not enrolled")
        return self._members[code]


def _statements(conn: psycopg.Connection, streams: Sequence[UUID]) -> list[Said]:
    facts = [row for rows in store.load(conn, streams).values() for row in rows] if streams else []
    said = [Said(position, fact) for _, position, fact in facts if isinstance(fact, Statement)]
    return sorted(said, key=lambda one: one.position)
