"""Writes the blacklist: one statement for the new versions of subjects, one for how many there are, one for whose the accounts are."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from psycopg import Connection

from events.facts.fact import DossierFact
from projections.blacklist.accounts import Owner, Owners
from projections.blacklist.counts import Turn, turns
from projections.blacklist.fold import Subject
from projections.blacklist.versions import Version, Versions
from projections.view import Delivery, View, columns, schema_sql, within

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Subject).decode

CURRENT = "SELECT state FROM {view}.version WHERE subject_id = ANY(%b::uuid[]) AND next_position IS NULL"
ADD_VERSIONS = (
    "WITH closed AS (UPDATE {view}.version v SET next_position = n.position, next_at = n.at"
    " FROM unnest(%b::uuid[], %b::bigint[], %b::bigint[], %b::timestamptz[]) AS n(subject_id, before, position, at)"
    " WHERE (v.subject_id, v.position) = (n.subject_id, n.before))"
    " INSERT INTO {view}.version SELECT subject_id, position, partition, at, next_position, next_at, tier, until,"
    " string_to_array(categories, ','), changed, state"
    " FROM unnest(%b::uuid[], %b::bigint[], %b::smallint[], %b::timestamptz[], %b::bigint[], %b::timestamptz[], %b::smallint[],"
    " %b::date[], %b::text[], %b::boolean[], %b::bytea[])"
    " AS n(subject_id, position, partition, at, next_position, next_at, tier, until, categories, changed, state)"
    " ON CONFLICT DO NOTHING"
)
ADD_TURNS = (
    "INSERT INTO {view}.turn SELECT * FROM unnest(%b::smallint[], %b::text[], %b::date[], %b::bigint[])"
    " ON CONFLICT (tier, category, day) DO UPDATE SET n = turn.n + excluded.n"
)
DROP_TURNS = (
    "DELETE FROM {view}.turn t USING unnest(%b::smallint[], %b::text[], %b::date[]) AS n(tier, category, day)"
    " WHERE (t.tier, t.category, t.day) = (n.tier, n.category, n.day) AND t.n = 0"
)
SET_OWNERS = (
    "INSERT INTO {view}.account SELECT * FROM unnest(%b::text[], %b::text[], %b::uuid[], %b::bigint[], %b::smallint[])"
    " ON CONFLICT (platform, account) DO UPDATE SET subject_id = excluded.subject_id, id = excluded.id, partition = excluded.partition"
    " WHERE account.id < excluded.id"
)


def apply(conn: Connection, schema: str, facts: Sequence[Delivery]) -> bool:
    """Add the versions that the facts make. The rows of a subject come from one partition, so nobody else writes them now."""
    subjects = sorted({delivery.fact.subject_id for delivery in facts if isinstance(delivery.fact, DossierFact)})
    current = (_decode(state) for (state,) in conn.execute(within(schema, CURRENT), (subjects,)))
    versions, owners = Versions({subject.subject_id: subject for subject in current}), Owners()
    new: list[Version] = []
    for delivery in facts:
        new += filter(None, [versions.add(delivery)])
        owners.add(delivery)
    new += versions.rest()
    if new:
        closed = [(v.state.subject_id, v.before.position, v.state.position, v.state.at) for v in new if v.before is not None]
        conn.execute(within(schema, ADD_VERSIONS), (*columns(closed, 4), *columns([_version(v) for v in new], 11)))
    if turned := _turns(turns(new)):
        conn.execute(within(schema, ADD_TURNS), columns(turned, 4))
        conn.execute(within(schema, DROP_TURNS), columns([row[:3] for row in turned], 3))
    if owned := owners.all():
        conn.execute(within(schema, SET_OWNERS), columns([_owner(owner) for owner in owned], 5))
    return bool(new or owned)


def load(conn: Connection, schema: str, facts: Iterable[Delivery]) -> None:
    """All versions, copied in while the facts go through, then how many there are on each day, then all accounts."""
    versions, owners, turned = Versions({}), Owners(), Counter[Turn]()
    with conn.cursor() as cursor:
        with cursor.copy(within(schema, "COPY {view}.version FROM STDIN")) as copy:
            for delivery in facts:
                owners.add(delivery)
                if (complete := versions.add(delivery)) is not None:
                    copy.write_row(_version(complete, split=True))
                    turned.update(turns([complete]))
            for version in versions.rest():
                copy.write_row(_version(version, split=True))
                turned.update(turns([version]))
        with cursor.copy(within(schema, "COPY {view}.turn FROM STDIN")) as copy:
            for row in _turns(turned):
                copy.write_row(row)
        with cursor.copy(within(schema, "COPY {view}.account FROM STDIN")) as copy:
            for owner in owners.all():
                copy.write_row(_owner(owner))


def _version(version: Version, *, split: bool = False) -> tuple[object, ...]:
    """The row; its categories joined by commas, because unnest would flatten an array of arrays, or `split`."""
    it, after = version.state, version.after
    categories = [category.value for category in it.categories]
    return (
        it.subject_id,
        it.position,
        version.partition,
        it.at,
        None if after is None else after.position,
        None if after is None else after.at,
        int(it.tier),
        it.until,
        categories if split else ",".join(categories),
        version.changed,
        _encode(it),
    )


def _turns(turned: Counter[Turn]) -> list[tuple[object, ...]]:
    """Without what cancels out, in the one order in which everybody locks the rows."""
    return [(*turn, n) for turn, n in sorted(turned.items()) if n]


def _owner(owner: Owner) -> tuple[object, ...]:
    it = owner.account
    return it.platform, it.account, it.subject_id, it.id, owner.partition


VIEW = View(
    name="blacklist",
    lanes=("dossier",),
    tables=("version", "turn", "account"),
    schema_sql=schema_sql("projections.blacklist"),
    apply=apply,
    load=load,
)
