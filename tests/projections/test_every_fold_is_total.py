"""Every fold takes every fact: each golden sample, and whatever else a fact of the catalogue may say; twice is once."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import events
from events.catalogue import CATALOGUE, FACTS
from events.facts.fact import Fact
from projections import generation
from projections.blacklist.accounts import Owners
from projections.blacklist.shown import shown
from projections.blacklist.versions import Versions
from projections.casefile.fold import effects, step
from projections.catalogue import VIEWS
from projections.coverage.table import folded
from projections.credit.read import score_of, scorecard
from projections.credit.table import Ledgers, fold
from tests.projections import story as s
from tests.projections.hosting import fresh, of
from tests.support.stack import Database

SAMPLES = sorted((Path(events.__file__).parent / "samples").rglob("*.json"))


def through_every_fold(deliveries: list[s.At]) -> list[object]:
    """What the folds of all views make of the facts, without a database."""
    versions, owners = Versions({}), Owners()
    ledgers: Ledgers = {}
    entries: dict[object, Any] = {}
    steps: dict[int, object] = {}
    became: dict[tuple[str, str], Any] = {}
    for it in deliveries:
        versions.add(it)
        owners.add(it)
        entries |= {(entry.subject_id, entry.weighing.id, entry.recorded_id): entry for entry in fold(ledgers, it)}
        steps[it.id] = step(it.fact, it.id)
        for effect in effects(it.fact, it.id):
            key = effect.source, effect.statement
            became[key] = effect if key not in became or became[key].id <= effect.id else became[key]
    rows = list(versions.rest())
    seen = [shown(row.state, s.NOON) for row in rows]
    score = score_of(entries.values(), s.NOON, scorecard())
    return [[row.state for row in rows], seen, owners.all(), entries, score, steps, became, folded({}, deliveries)]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_each_sample_goes_through_every_fold_and_twice_is_once(sample: Path) -> None:
    state = sample.read_bytes()
    deliveries = s.log([CATALOGUE.decode(msgspec.json.decode(state)["fact"], state)])
    assert through_every_fold(deliveries + deliveries) == through_every_fold(deliveries)


def test_all_samples_go_into_every_table_and_twice_is_once(module_database: Database) -> None:
    states = [sample.read_bytes() for sample in SAMPLES]
    facts = s.log([CATALOGUE.decode(msgspec.json.decode(state)["fact"], state) for state in states])
    with module_database.connect("projections") as conn:
        for view in VIEWS.values():
            to, once = fresh(conn, view, 1), fresh(conn, view, 2)
            for _ in range(2):
                with conn.transaction():
                    view.apply(conn, to.schema, of(view, facts))
            with conn.transaction():
                view.load(conn, once.schema, of(view, facts))
            assert generation.digest(conn, view, to) == generation.digest(conn, view, once)


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
"""The gateway refuses NUL and lone surrogates."""
SAID_SO: dict[Any, st.SearchStrategy[Any]] = {
    str: words,
    int: st.integers(-(2**53), 2**53),
    datetime: st.integers(631_152_000, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    date: st.dates(date(1990, 1, 1), date(2100, 1, 1)),
}


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the facts; some names repeat, so that facts refer to one another."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.deferred(lambda: st.builds(kind, **{name: _field(name, hint) for name, hint in _hints(kind).items()}))
    if kind in SAID_SO:
        return SAID_SO[kind]
    arguments = getattr(kind, "__args__", ())
    if getattr(kind, "__origin__", None) is tuple:
        return st.lists(anything(arguments[0]), max_size=2).map(tuple)
    if type(None) in arguments:
        return st.one_of(st.none(), *(anything(each) for each in arguments if each is not type(None)))
    return st.from_type(kind)


def _hints(cls: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {name: hints[name] for name in cls.__struct_fields__}


def _field(name: str, hint: Any) -> st.SearchStrategy[Any]:
    named: dict[str, st.SearchStrategy[Any]] = {
        "source": st.sampled_from(["/platforms/tmall", "/platforms/pdd", "/authorities/samr-fj"]),
        "id": st.sampled_from(["a", "b"]),
        "subject_id": st.sampled_from([s.MERCHANT, s.weighing().id]),
        "weighing": st.sampled_from([s.weighing("a").id, s.weighing("b").id]) if hint is UUID else anything(hint),
    }
    return named[name] if name in named else anything(hint)


facts: st.SearchStrategy[list[Fact]] = st.lists(st.one_of([anything(cls) for cls in FACTS]), max_size=12)


@given(facts)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_fact_says_every_fold_takes_it_and_twice_is_once(said: list[Fact]) -> None:
    deliveries = s.log(said)
    assert through_every_fold(deliveries + deliveries) == through_every_fold(deliveries)


@given(facts)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_whatever_facts_say_the_tables_equal_their_rebuild(module_database: Database, said: list[Fact]) -> None:
    deliveries = s.log(said)
    with module_database.connect("projections") as conn:
        for view in VIEWS.values():
            to, once = fresh(conn, view, 3), fresh(conn, view, 4)
            mine = of(view, deliveries)
            for part in (mine[: len(mine) // 2], mine[len(mine) // 2 :], mine):
                with conn.transaction():
                    view.apply(conn, to.schema, part)
            with conn.transaction():
                view.load(conn, once.schema, mine)
            assert generation.digest(conn, view, to) == generation.digest(conn, view, once)
