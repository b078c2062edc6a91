"""Writes the casefile: one statement for the steps of a batch, and one each, where there are any, for mentions and effects."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from psycopg import Connection, Cursor

from events.facts.fact import DossierFact
from events.facts.reporter import ReportDeferred
from projections.casefile.fold import Effect, Step, effects, step
from projections.day import shanghai_day
from projections.view import Delivery, View, columns, schema_sql, within

ADD_STEPS = (
    "INSERT INTO {view}.step SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::timestamptz[], %b::text[], %b::text[], %b::text[],"
    " %b::text[], %b::uuid[], %b::bytea[], %b::bytea[]) ON CONFLICT DO NOTHING RETURNING id"
)
ADD_SAID = (
    "INSERT INTO {view}.said SELECT * FROM unnest(%b::date[], %b::smallint[], %b::bigint[])"
    " ON CONFLICT (day, partition) DO UPDATE SET n = said.n + excluded.n"
)
ADD_MENTIONS = "INSERT INTO {view}.mention SELECT * FROM unnest(%b::bigint[], %b::bigint[]) ON CONFLICT DO NOTHING"
SET_EFFECTS = (
    "INSERT INTO {view}.effect SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::smallint[])"
    " ON CONFLICT (source, statement) DO UPDATE SET state = excluded.state, why = excluded.why, id = excluded.id,"
    " partition = excluded.partition WHERE effect.id < excluded.id"
)
Said = Counter[tuple[date, int]]
"""How many statements, by day and partition."""
COPIED = 20_000
"""Steps copied in one go by a rebuild."""

Effects = dict[tuple[str, str], tuple[Effect, int]]
"""By source and statement, the effect with the highest id and its partition."""


def apply(conn: Connection, schema: str, facts: Sequence[Delivery]) -> bool:
    """Add the steps; what is there already stays. Several processes may write at once: rows are locked in one order."""
    steps = [it for delivery in facts if (it := step(delivery.fact, delivery.id)) is not None]
    if steps:
        new = {id for (id,) in conn.execute(within(schema, ADD_STEPS), columns([_row(it) for it in steps], 10))}
        if said := _said(new, steps, facts):
            conn.execute(within(schema, ADD_SAID), columns(_numbers(said), 3))
    if mentions := sorted(_mentions(steps)):
        conn.execute(within(schema, ADD_MENTIONS), columns(mentions, 2))
    if became := _newest({}, facts):
        conn.execute(within(schema, SET_EFFECTS), columns(_effects(became), 6))
    return bool(became)


def load(conn: Connection, schema: str, facts: Iterable[Delivery]) -> None:
    """Copy the steps in, a portion at a time: the bulk of the log goes through here and never is in memory."""
    became: Effects = {}
    said: Said = Counter()
    portion: list[Delivery] = []
    with conn.cursor() as cursor:
        for delivery in facts:
            portion.append(delivery)
            if len(portion) == COPIED:
                said.update(_copy_steps(cursor, schema, portion, became))
                portion = []
        said.update(_copy_steps(cursor, schema, portion, became))
        with cursor.copy(within(schema, "COPY {view}.said FROM STDIN")) as copy:
            for number in _numbers(said):
                copy.write_row(number)
        with cursor.copy(within(schema, "COPY {view}.effect FROM STDIN")) as copy:
            for row in _effects(became):
                copy.write_row(row)


def _copy_steps(cursor: Cursor, schema: str, portion: Sequence[Delivery], became: Effects) -> Said:
    """How many statements were among them."""
    steps = [it for delivery in portion if (it := step(delivery.fact, delivery.id)) is not None]
    with cursor.copy(within(schema, "COPY {view}.step FROM STDIN")) as copy:
        for it in steps:
            copy.write_row(_row(it))
    with cursor.copy(within(schema, "COPY {view}.mention FROM STDIN")) as copy:
        for mention in _mentions(steps):
            copy.write_row(mention)
    _newest(became, portion)
    return _said({it.id for it in steps}, steps, portion)


def _said(new: set[int], steps: Sequence[Step], facts: Sequence[Delivery]) -> Said:
    """Of the steps that are new, how many are statements of members."""
    partitions = {delivery.id: delivery.partition for delivery in facts}
    stated = {it.id: it.at for it in steps if it.statement is not None and it.id in new}
    return Counter((shanghai_day(at), partitions[id]) for id, at in stated.items())


def _numbers(said: Said) -> list[tuple[object, ...]]:
    return [(*key, n) for key, n in sorted(said.items())]


def _newest(became: Effects, facts: Iterable[Delivery]) -> Effects:
    for delivery in facts:
        if not isinstance(delivery.fact, DossierFact | ReportDeferred):
            continue
        for it in effects(delivery.fact, delivery.id):
            key = it.source, it.statement
            if key not in became or became[key][0].id <= it.id:
                became[key] = it, delivery.partition
    return became


def _row(it: Step) -> tuple[object, ...]:
    leads = array("q", it.leads_to).tobytes() or None
    return it.id, it.found_by[0], it.at, it.what, it.member, it.account, it.statement, it.subject_id, leads, it.detail


def _mentions(steps: Iterable[Step]) -> set[tuple[int, int]]:
    return {(thing, it.id) for it in steps for thing in it.found_by[1:]}


def _effects(became: Effects) -> list[tuple[object, ...]]:
    return [(it.source, it.statement, it.state, it.why, it.id, partition) for _, (it, partition) in sorted(became.items())]


VIEW = View(
    name="casefile",
    lanes=("report", "evidence", "sanction", "dossier", "merchant"),
    tables=("step", "said", "mention", "effect"),
    schema_sql=schema_sql("projections.casefile"),
    apply=apply,
    load=load,
)
