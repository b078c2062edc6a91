"""Which words belong to a statement or a subject: keys of the vault, and quarantined records. Reads the log, changes nothing."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import psycopg

from events.catalogue import CATALOGUE
from events.facts.dossier import AccountAttached, AccountDetached, AccountRef
from events.facts.enforcement import EnforcementAcknowledged
from events.facts.evidence import EvidenceSubmitted
from events.facts.fact import Fact, Statement
from events.transport import store
from events.transport.topics import LANES, key_hash

SAID = sorted(number for lane, number in LANES.items() if lane != "dossier")


class Belongings(NamedTuple):
    """Keys of the vault, and of whom a refused record may still speak: member and account, or member and statement id.

    Evidence whose content is kept goes with its account; `evidence`: of one statement, by member and number.
    """

    keys: set[UUID]
    accounts: set[AccountRef]
    statements: set[tuple[str, str]]
    evidence: frozenset[tuple[str, str]] = frozenset()


def of_statement(conn: psycopg.Connection, stream: UUID) -> Belongings | None:
    """Of one statement; None when nobody has said it."""
    said = [fact for rows in store.load(conn, [stream]).values() for _, _, fact in rows if isinstance(fact, Statement)]
    evidence = frozenset((fact.member, fact.evidence) for fact in said if isinstance(fact, EvidenceSubmitted))
    return Belongings({stream}, set(), {(fact.member, fact.id) for fact in said}, evidence) if said else None


def of_subject(conn: psycopg.Connection, subject: UUID) -> Belongings | None:
    """Of a subject, or of the part of one that an alias stands for; None when there is no such dossier.

    An account that a person has taken away from the subject is not its own, and neither are the words about it.
    """
    dossiers = _dossiers(conn, subject)
    if not dossiers:
        return None
    own, facts = _held(dossiers[subject]), [fact for rows in dossiers.values() for fact in rows]
    foreign = {fact.account for fact in facts if isinstance(fact, AccountAttached)} - own
    caused = {cause for fact in facts if (cause := getattr(fact, "cause", None)) is not None}
    return Belongings(_about(conn, own, set(dossiers)) | (caused - _about(conn, foreign, set())), own, set())


def _held(facts: Iterable[Fact]) -> set[AccountRef]:
    """The accounts that a dossier holds; of an alias, those that left it last, which is what it stands for."""
    held: set[AccountRef] = set()
    left: dict[AccountRef, UUID | None] = {}
    for fact in facts:
        match fact:
            case AccountAttached(account=account):
                held.add(account)
                left.clear()
            case AccountDetached(account=account, cause=cause):
                held.discard(account)
                left = {other: of for other, of in left.items() if of == cause} | {account: cause}
    return held or set(left)


def _dossiers(conn: psycopg.Connection, subject: UUID) -> dict[UUID, list[Fact]]:
    """Of the subject, and of those that its accounts were in before."""
    found: dict[UUID, list[Fact]] = {}
    wanted = {subject}
    while wanted:
        loaded = store.load(conn, wanted)
        found |= {one: [fact for _, _, fact in rows] for one, rows in loaded.items()}
        facts = [fact for one in loaded for fact in found[one] if isinstance(fact, AccountAttached)]
        wanted = {fact.origin for fact in facts if fact.origin is not None} - found.keys()
    return found


def _about(conn: psycopg.Connection, accounts: set[AccountRef], subjects: set[UUID]) -> set[UUID]:
    """The statements about these accounts, and the answers to directives about these subjects: read through by key hash."""
    keys = [f"{account.platform}\0{account.account}" for account in accounts] + [str(one) for one in subjects]
    if not keys:
        return set()
    rows = conn.execute(
        "SELECT originator_id, topic, state FROM hub_events WHERE lane = ANY(%s::smallint[]) AND key = ANY(%s::bigint[])",
        (SAID, [key_hash(key) for key in keys]),
    )
    return {stream for stream, name, state in rows if _is_about(CATALOGUE.decode(name, bytes(state)), accounts, subjects)}


def _is_about(fact: Fact, accounts: set[AccountRef], subjects: set[UUID]) -> bool:
    """A hash of a key may be another's too."""
    if isinstance(fact, EnforcementAcknowledged) and fact.directive.subject_id in subjects:
        return True
    return isinstance(fact, Statement) and AccountRef(fact.member, fact.account) in accounts
