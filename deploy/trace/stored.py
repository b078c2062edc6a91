"""What the store knows of a statement: its fact, the facts that followed from it, and which readers have passed them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg

from events.facts.fact import DossierFact, Fact, Statement, statement_stream
from events.transport import store
from events.transport.positions import TP
from events.transport.topics import internal_topic, key_hash, partition_of

KINDS = ("platforms", "authorities")


class Stored(NamedTuple):
    """A fact with its place in the log."""

    position: int
    fact: Fact

    @property
    def place(self) -> TP:
        return TP(internal_topic(self.fact.lane), partition_of(key_hash(self.fact.key)))


def statements(conn: psycopg.Connection, statement_id: str, source: str | None) -> list[Stored]:
    """The statements with this id, of one source or of every member that has said one."""
    codes = [code for (code,) in conn.execute("SELECT code FROM member ORDER BY code")]
    sources = [source] if source else [f"/{kind}/{code}" for kind in KINDS for code in codes]
    found = store.load(conn, [statement_stream(each, statement_id) for each in sources])
    return [Stored(position, fact) for rows in found.values() for _, position, fact in rows if isinstance(fact, Statement)]


def consequences(conn: psycopg.Connection, said: Stored) -> list[Stored]:
    """What adjudication decided because of it: facts of the dossiers that its account was ever in, which name it as their cause."""
    statement = said.fact
    assert isinstance(statement, Statement)
    seen: set[UUID] = set()
    wanted = {s for (s,) in conn.execute(
        "SELECT subject_id FROM account WHERE (platform, account) = (%s, %s)", (statement.member, statement.account)
    )}  # fmt: skip
    found: dict[int, Stored] = {}
    while wanted:
        seen |= wanted
        loaded = [Stored(position, fact) for rows in store.load(conn, wanted).values() for _, position, fact in rows]
        found |= {one.position: one for one in loaded if getattr(one.fact, "cause", None) == statement.stream}
        wanted = {subject for one in loaded for subject in _neighbours(one.fact)} - seen
    return [found[position] for position in sorted(found)]


def _neighbours(fact: Fact) -> Sequence[UUID]:
    """Other dossiers that the account was in before, or is in now."""
    near = (getattr(fact, "origin", None), getattr(fact, "to", None), getattr(fact, "merged_into", None))
    return [subject for subject in near if isinstance(fact, DossierFact) and isinstance(subject, UUID)]


def passed(conn: psycopg.Connection, one: Stored) -> list[str]:
    """The readers whose position is at or beyond the fact."""
    topic, partition = one.place
    rows = conn.execute(
        "SELECT consumer FROM position WHERE topic = %s AND partition = %s AND last_id >= %s ORDER BY consumer",
        (topic, partition, one.position),
    )
    return [consumer for (consumer,) in rows]
