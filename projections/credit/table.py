"""Writes the ledgers: one statement for all entries that a batch of facts adds or changes."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from psycopg import Connection

from events.facts.dossier import AccountDetached, SanctionDiscounted, SanctionWeighed, WeighingCarried
from events.facts.fact import DossierFact
from projections.credit.fold import Entry, evolve
from projections.view import Delivery, View, columns, schema_sql, within

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Entry).decode

Ledgers = dict[UUID, dict[UUID, Entry]]
"""By subject and weighing, the newest entry."""

NEWEST = (
    "SELECT DISTINCT ON (subject_id, weighing) state FROM {view}.entry"
    " WHERE subject_id = ANY(%b::uuid[]) AND (weighing = ANY(%b::uuid[]) OR subject_id = ANY(%b::uuid[]))"
    " ORDER BY subject_id, weighing, recorded_id DESC"
)
SET_ENTRIES = (
    "INSERT INTO {view}.entry SELECT * FROM"
    " unnest(%b::uuid[], %b::uuid[], %b::bigint[], %b::smallint[], %b::bigint[], %b::bytea[])"
    " ON CONFLICT (subject_id, weighing, recorded_id) DO UPDATE SET position = excluded.position, state = excluded.state"
    " WHERE entry.position < excluded.position"
)


def fold(ledgers: Ledgers, delivery: Delivery) -> tuple[Entry, ...]:
    """The entries that the fact adds or changes; `ledgers` is brought up to date."""
    if not isinstance(delivery.fact, DossierFact):
        return ()
    ledger = ledgers.setdefault(delivery.fact.subject_id, {})
    changed = evolve(ledger, delivery.fact, delivery.id)
    ledger.update((entry.weighing.id, entry) for entry in changed)
    return changed


def apply(conn: Connection, schema: str, facts: Sequence[Delivery]) -> bool:
    """Write what the facts change. The rows of a subject come from one partition, so nobody else writes them now."""
    ledgers = _newest(conn, schema, facts)
    found: dict[tuple[UUID, UUID, int], tuple[object, ...]] = {}
    for delivery in facts:
        for entry in fold(ledgers, delivery):
            row = _row(entry, delivery.partition)
            found[entry.subject_id, entry.weighing.id, entry.recorded_id] = row
    if found:
        conn.execute(within(schema, SET_ENTRIES), columns(list(found.values()), 6))
    return bool(found)


def _newest(conn: Connection, schema: str, facts: Sequence[Delivery]) -> Ledgers:
    """The entries that the facts may change: those they name, and whole ledgers that an account leaves."""
    subjects: set[UUID] = set()
    weighings: set[UUID] = set()
    whole: set[UUID] = set()
    for delivery in facts:
        match delivery.fact:
            case SanctionWeighed(weighing=it) | WeighingCarried(weighing=it):
                weighings.add(it.id)
            case SanctionDiscounted(weighing=weighing):
                weighings.add(weighing)
            case AccountDetached(subject_id=subject):
                whole.add(subject)
            case _:
                continue
        subjects.add(delivery.fact.subject_id)
    ledgers: Ledgers = {}
    if subjects:
        for (state,) in conn.execute(within(schema, NEWEST), (sorted(subjects), sorted(weighings), sorted(whole))):
            entry = _decode(state)
            ledgers.setdefault(entry.subject_id, {})[entry.weighing.id] = entry
    return ledgers


def load(conn: Connection, schema: str, facts: Iterable[Delivery]) -> None:
    """Fold all ledgers in memory, and copy them in."""
    ledgers: Ledgers = {}
    found: dict[tuple[UUID, UUID, int], tuple[Entry, int]] = {}
    for delivery in facts:
        for entry in fold(ledgers, delivery):
            found[entry.subject_id, entry.weighing.id, entry.recorded_id] = entry, delivery.partition
    with conn.cursor() as cursor, cursor.copy(within(schema, "COPY {view}.entry FROM STDIN")) as copy:
        for entry, partition in found.values():
            copy.write_row(_row(entry, partition))


def _row(entry: Entry, partition: int) -> tuple[object, ...]:
    return entry.subject_id, entry.weighing.id, entry.recorded_id, partition, entry.position, _encode(entry)


VIEW = View(name="credit", lanes=("dossier",), tables=("entry",), schema_sql=schema_sql("projections.credit"), apply=apply, load=load)
