"""Whatever the batches, the order of partitions and the repetitions: the rows are those of a rebuild."""

from random import Random

import psycopg
import pytest

from projections.catalogue import VIEWS
from projections.generation import digest
from projections.view import View
from tests.projections import story as s
from tests.projections.hosting import batches, fresh, of
from tests.support.stack import Database

ALL_VIEWS = pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())


def loaded(conn: psycopg.Connection, view: View, deliveries: list[s.At], number: int) -> str:
    to = fresh(conn, view, number)
    with conn.transaction():
        view.load(conn, to.schema, of(view, deliveries))
    return digest(conn, view, to)


@ALL_VIEWS
@pytest.mark.parametrize("seed", range(3))
def test_any_batches_in_any_order_of_partitions_end_in_the_rows_of_a_rebuild(module_database: Database, view: View, seed: int) -> None:
    with module_database.connect("projections") as conn:
        to = fresh(conn, view, 100 + seed)
        for batch in batches(of(view, s.five_merchants()), Random(seed)):
            with conn.transaction():
                view.apply(conn, to.schema, batch)
        assert digest(conn, view, to) == loaded(conn, view, s.five_merchants(), 200 + seed)


@ALL_VIEWS
def test_the_same_facts_twice_change_nothing(module_database: Database, view: View) -> None:
    with module_database.connect("projections") as conn:
        to = fresh(conn, view, 300)
        mine = of(view, s.five_merchants())
        for part in (mine, mine, mine[len(mine) // 2 :]):
            with conn.transaction():
                view.apply(conn, to.schema, part)
        assert digest(conn, view, to) == loaded(conn, view, s.five_merchants(), 301)


@pytest.mark.parametrize("view", [VIEWS["casefile"], VIEWS["coverage"]], ids=lambda view: view.name)
@pytest.mark.parametrize("seed", range(3))
def test_views_of_many_lanes_take_their_facts_in_any_order_whatever(module_database: Database, view: View, seed: int) -> None:
    shuffled = of(view, s.five_merchants())
    Random(seed).shuffle(shuffled)
    with module_database.connect("projections") as conn:
        to = fresh(conn, view, 400 + seed)
        for start in range(0, len(shuffled), 7):
            with conn.transaction():
                view.apply(conn, to.schema, shuffled[start : start + 7])
        assert digest(conn, view, to) == loaded(conn, view, s.five_merchants(), 500 + seed)


@ALL_VIEWS
def test_a_rebuild_up_to_a_position_is_the_view_as_it_was_there(module_database: Database, view: View) -> None:
    """One batch a fact; the digest at every tenth position."""
    mine = of(view, s.five_merchants())
    with module_database.connect("projections") as conn:
        to = fresh(conn, view, 600)
        for n, it in enumerate(mine, 1):
            with conn.transaction():
                view.apply(conn, to.schema, [it])
            if n % 25 == 0:
                assert digest(conn, view, to) == loaded(conn, view, mine[:n], 601)


@pytest.mark.parametrize("name", ["blacklist", "coverage", "credit"])
def test_facts_that_are_not_its_business_change_nothing(module_database: Database, name: str) -> None:
    view = VIEWS[name]
    with module_database.connect("projections") as conn:
        to = fresh(conn, view, 700)
        empty = digest(conn, view, to)
        with conn.transaction():
            assert not view.apply(conn, to.schema, [it for it in s.five_merchants() if it.fact.lane not in ("dossier", "enforcement")])
        assert digest(conn, view, to) == empty
