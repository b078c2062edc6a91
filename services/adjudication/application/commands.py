"""What people decide: one command, once, on the state that they have read, with their words kept apart from the log."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

import msgspec
import psycopg
from msgspec.structs import replace
from psycopg_pool import ConnectionPool

from events.facts.dossier import AccountRef
from events.facts.sanction import SanctionImposed
from events.transport import store
from events.transport.store.vault import digest
from services.adjudication.application import records
from services.adjudication.application.docket import Docket
from services.adjudication.application.records import Candidate
from services.adjudication.application.rules import Rules
from services.adjudication.application.shown import shown
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide import link as accounts
from services.adjudication.domain.decide.guards.conditions import TERMS_ALLOWED
from services.adjudication.domain.decide.guards.evidence import named
from services.adjudication.domain.decide.guards.people import APPROVER, FOR_THE_SUBJECT, JUDGE, OFFICER, REGULATOR, REVIEWER
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Facts, Moment, Person
from services.adjudication.domain.identity import account_of, subject_of_account, subject_of_uscc
from services.adjudication.domain.redress import judgement as judgements
from services.web import Problem
from services.web.commands import Done, once

NS_COMMAND = UUID("2f5d9c0a-6f0b-5d0e-9a53-6f0d3a4d7c01")
ATTEMPTS = 4
ROLE_GUARDS = frozenset(guard.code for guard in (REVIEWER, APPROVER, OFFICER, JUDGE, REGULATOR, FOR_THE_SUBJECT))

Act = Callable[[psycopg.Connection, Docket, Moment, str], Done]
"""What a command does in its transaction; the last argument is the digest of its reason."""
Step = Callable[[Dossier, UUID, Person, str, Moment], Facts]
"""A step with a listing: dossier, listing, who, the digest of the reason, when."""


class Order(NamedTuple):
    """A command as it was given. `tag` is the ETag that the caller has read; None where nobody asks for it."""

    by: Person
    key: str
    reason: str
    request: bytes
    tag: str | None = None

    @property
    def id(self) -> UUID:
        return uuid5(NS_COMMAND, f"{self.by.code}\0{self.key}")


class Commands:
    """Any number of threads may use it."""

    def __init__(
        self, pool: ConnectionPool, rules: Rules, trusted: Callable[[], bool] = lambda: True,
        randomness: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:  # fmt: skip
        """`trusted`: whether the wall clock may be trusted now; in doubt nobody is listed, by persons neither."""
        self._pool, self._rules, self._trusted, self._randomness = pool, rules, trusted, randomness

    def about(self, listing_id: UUID, order: Order, step: Step, *, counted: bool = False) -> Done:
        """A step with a listing; 412 when it changed since the caller read it. `counted`: the breaker has to know what was decided."""

        def act(conn: psycopg.Connection, docket: Docket, moment: Moment, reason: str) -> Done:
            if counted:
                moment = replace(moment, traffic=records.traffic(conn, moment.book.breaker, moment.now))
            subject = records.subject_of_listing(conn, listing_id)
            if subject is None:
                raise Problem("not-found")
            before = shown(docket.dossier(subject), listing_id)
            if order.tag is not None and (before is None or before.tag != order.tag):
                raise Problem("precondition-failed")
            moment = replace(moment, kept=records.kept(conn, named(docket.dossier(subject))))
            docket.add(step(docket.dossier(subject), listing_id, order.by, reason, moment))
            docket.save()
            return Done(200, msgspec.to_builtins(shown(docket.dossier(subject), listing_id)))

        return self._once(order, act, counted=counted)

    def link(self, account: AccountRef, to: UUID | str, order: Order) -> Done:
        """Link an account to a subject, by its id or its credit code. A candidate with that code is thereby judged."""

        def act(conn: psycopg.Connection, docket: Docket, moment: Moment, reason: str) -> Done:
            store.lock_log(conn)  # before the candidates, as everybody locks
            old = self._subject(conn, docket, account)
            target = docket.living(subject_of_uscc(to) if isinstance(to, str) else to)
            if isinstance(to, UUID) and docket.dossier(target).version == 0:
                raise Problem("not-found", "There is no such subject.")
            uscc = to if isinstance(to, str) else None
            docket.add_both(accounts.link(old, docket.dossier(target), account, order.by, moment, reason=reason))
            records.bring_together(conn, account, target, order.by.code)
            return self._moved(conn, docket, account, target, uscc, order, "positive")

        return self._once(order, act)

    def unlink(self, account: AccountRef, order: Order) -> Done:
        """Take an account back to where it came from. The code that had linked it never links it again by itself."""

        def act(conn: psycopg.Connection, docket: Docket, moment: Moment, reason: str) -> Done:
            store.lock_log(conn)  # before the candidates, as everybody locks
            old = self._subject(conn, docket, account)
            target = accounts.comes_from(old, account, subject_of_account(self._rules.hub_key, account))
            docket.add_both(accounts.unlink(old, docket.dossier(target), account, order.by, moment, reason=reason))
            records.keep_apart(conn, account, old.accounts, order.by.code, moment.now)
            return self._moved(conn, docket, account, target, None, order, "negative", old.uscc)

        return self._once(order, act)

    def judge_candidate(self, candidate: int, judgement: Literal["negative", "unsure"], order: Order) -> Done:
        """Judge that an account is not of the subject with that code, or of whoever has that other account; or that nobody can tell."""

        def act(conn: psycopg.Connection, docket: Docket, moment: Moment, reason: str) -> Done:
            store.lock_log(conn)
            row = records.open_candidate(conn, candidate)
            if row is None:
                raise Problem("not-found")
            dossier = self._subject(conn, docket, row.ref)
            docket.add(judgements.judge_candidate(dossier, row.ref, row.other, order.by, reason, moment, judgement=judgement))
            docket.save()
            records.judge_candidate(conn, candidate, order.by.code, judgement)
            return Done(200, {"candidate": candidate, "judgement": judgement})

        return self._once(order, act)

    def judge_document(self, weighing: UUID, sha256: str, order: Order, *, genuine: bool) -> Done:
        """A regulator's judgement of the document that a platform's sanction names; 422 when it names another one."""

        def act(conn: psycopg.Connection, docket: Docket, moment: Moment, reason: str) -> Done:
            said = next((one.fact for one in store.load(conn, [weighing]).get(weighing, [])), None)
            if not isinstance(said, SanctionImposed) or said.authority is None:
                raise Problem("not-found", "No sanction with this id names a document.")
            if said.authority.sha256 != sha256:
                raise Problem("content-mismatch")
            dossier = self._subject(conn, docket, account_of(said))
            docket.add(judgements.judge_document(dossier, weighing, order.by, reason, moment, sha256=sha256, genuine=genuine))
            docket.save()
            return Done(200, {"weighing": str(weighing), "genuine": genuine})

        return self._once(order, act)

    def decide(self, order: Order, act: Act) -> Done:
        """Whatever else a person decides: once, with its words in the vault."""
        return self._once(order, act)

    def _moved(
        self, conn: psycopg.Connection, docket: Docket, account: AccountRef, target: UUID, uscc: str | None, order: Order,
        judgement: Literal["positive", "negative"], left: str | None = None,
    ) -> Done:  # fmt: skip
        """`left`: the code of the subject that it was taken from."""
        known = records.accounts(conn, [account])[account]
        docket.moved[account] = known._replace(subject_id=target, uscc=uscc)
        docket.save()
        judged = uscc or known.uscc or (left if judgement == "negative" else None)
        if judged is not None:
            records.judge(conn, Candidate(account, judged), order.by.code, judgement, docket.moment.now)
        return Done(200, {"platform": account.platform, "account": account.account, "subject_id": str(target)})

    def _subject(self, conn: psycopg.Connection, docket: Docket, account: AccountRef) -> Dossier:
        known = records.accounts(conn, [account]).get(account)
        if known is None:
            raise Problem("not-found", "Nobody has said anything of this account.")
        return docket.dossier(known.subject_id)

    def _once(self, order: Order, act: Act, *, counted: bool = False) -> Done:
        """Optimistic at first; from the second attempt on with the log held."""
        for attempt in range(ATTEMPTS):
            try:
                with self._pool.connection() as conn, conn.transaction():
                    moment = replace(self._rules.moment(trusted=self._trusted()), cause=order.id)
                    first = partial(self._first_time, conn, attempt, order, moment, act, counted)
                    return once(conn, order.by.code, order.key, order.request, moment.now, first)
            except store.VersionConflict:
                continue
            except Refused as refused:
                raise _problem(refused) from None
        raise Problem("unavailable")

    def _first_time(self, conn: psycopg.Connection, attempt: int, order: Order, moment: Moment, act: Act, counted: bool) -> Done:
        if counted:
            records.lock_breaker(conn)
        if attempt:
            store.lock_log(conn)
        salt, words = self._randomness(16), msgspec.json.encode({"reason": order.reason})
        done = act(conn, Docket(conn, moment), moment, digest(salt, words))
        store.keep_words(conn, order.id, salt, words)
        return done


def _problem(refused: Refused) -> Problem:
    """A guard that does not hold, as HTTP says it; `guard` names it."""
    if refused.code in ROLE_GUARDS:
        return Problem("forbidden", refused.detail, detail_zh=refused.detail_zh, guard=refused.code)
    if refused.code == TERMS_ALLOWED.code:
        return Problem("bad-parameter", refused.detail, detail_zh=refused.detail_zh, guard=refused.code)
    code = "second-person-required" if refused.code.startswith("another-than-") else "not-allowed-now"
    return Problem(code, f"{refused.code}: {refused.detail}", detail_zh=refused.detail_zh, guard=refused.code)
