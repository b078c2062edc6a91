"""The process that hosts views: its settings, its first start, and what it tells."""

from collections.abc import Sequence
from datetime import datetime
from threading import Thread

import psycopg
import pytest

from events.facts.member import MemberEnrolled
from events.transport.follow import RetryLater
from events.transport.settings import WrongSetting, read
from projections import generation, worker
from projections.catalogue import VIEWS
from projections.reading import Live
from projections.rebuild import rebuild
from projections.settings import Settings
from projections.view import Delivery
from projections.worker import consumers, recorded
from tests.projections import story as s
from tests.projections.hosting import feed, start
from tests.support.stack import Database

GIVEN = {"LIANCHENG_DATABASE_PROJECTIONS": "postgresql://", "LIANCHENG_KAFKA": "k:1", "LIANCHENG_KAFKA_PASSWORD_PROJECTIONS": "p"}


def test_it_hosts_all_views_when_none_is_named() -> None:
    assert read(Settings, GIVEN).hosted == ("blacklist", "casefile", "coverage", "credit")


def test_it_hosts_the_views_that_are_named() -> None:
    assert read(Settings, GIVEN | {"LIANCHENG_VIEWS": "credit, blacklist"}).hosted == ("blacklist", "credit")


def test_processes_with_other_views_do_not_share_partitions_with_it() -> None:
    assert read(Settings, GIVEN).group == "projections"
    assert read(Settings, GIVEN | {"LIANCHENG_VIEWS": "credit, blacklist"}).group == "projections.blacklist.credit"


@pytest.mark.parametrize("views", ["blacklist,gossip", ","])
def test_a_view_that_does_not_exist_stops_the_start(views: str) -> None:
    with pytest.raises(WrongSetting, match="views"):
        read(Settings, GIVEN | {"LIANCHENG_VIEWS": views})


def test_the_first_start_makes_generation_one_also_when_two_start_at_once(database: Database) -> None:
    def first() -> None:
        with database.connect("projections") as conn:
            for view in VIEWS.values():
                generation.first(conn, view)

    threads = [Thread(target=first) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.connect("projections") as conn:
        assert conn.execute("SELECT name, generation FROM view ORDER BY name").fetchall() == [(name, 1) for name in sorted(VIEWS)]
        places = conn.execute("SELECT consumer, count(*), max(last_id) FROM position WHERE consumer LIKE '%:1' GROUP BY 1").fetchall()
        assert sorted(places) == [(f"{name}:1", 4 * len(VIEWS[name].lanes), 0) for name in sorted(VIEWS)]


def test_each_batch_goes_to_the_generation_that_is_live_then(module_database: Database) -> None:
    with module_database.connect("projections") as conn:
        start(conn)
        views = list(VIEWS.values())
        assert [it.name for it in consumers(conn, views)] == ["blacklist:1", "casefile:1", "coverage:1", "credit:1"]
        with conn.transaction():
            generation.publish(conn, generation.create(conn, VIEWS["credit"], 2, at=0))
        found = {it.name: it.lanes for it in consumers(conn, views)}
        assert found == {
            "blacklist:1": {"dossier"},
            "casefile:1": {"report", "evidence", "sanction", "dossier", "merchant"},
            "coverage:1": {"dossier", "enforcement"},
            "credit:2": {"dossier"},
        }


def test_a_generation_with_other_tables_waits_for_its_rebuild(module_database: Database) -> None:
    changed = VIEWS["credit"]._replace(schema_sql=VIEWS["credit"].schema_sql + "CREATE TABLE more (n int);", name="credit")
    with module_database.connect("projections") as conn:
        start(conn)
        with pytest.raises(RetryLater, match="make rebuild VIEW=credit"):
            consumers(conn, [changed])
        rebuild(module_database.conninfo("projections"), changed)
        assert [it.name for it in consumers(conn, [changed])] == ["credit:2"]


def test_a_long_batch_is_written_in_portions(module_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PORTION", 3)
    sizes: list[int] = []

    def counting(conn: psycopg.Connection, schema: str, facts: Sequence[Delivery]) -> bool:
        sizes.append(len(facts))
        return False

    with module_database.connect("projections") as conn:
        facts = s.log([s.weighed(s.weighing(f"s-{n}")) for n in range(8)])
        worker.fold(VIEWS["credit"]._replace(apply=counting), Live("credit", 1), conn, facts)  # type: ignore[arg-type]
    assert sizes == [3, 3, 2]


def test_who_waits_for_a_change_is_woken_when_it_is_there_to_be_read(module_database: Database) -> None:
    with module_database.connect("projections") as conn, module_database.connect("standing") as listener:
        start(conn)
        for name in VIEWS:
            listener.execute(f"LISTEN view_{name}".encode())
        for consumer in consumers(conn, list(VIEWS.values())):
            with conn.transaction():
                consumer.apply(conn, s.log([s.weighed(s.weighing())]))  # type: ignore[arg-type]
        woken = {it.channel for it in listener.notifies(timeout=1, stop_after=3)}
        assert woken == {"view_blacklist", "view_casefile", "view_credit"}


def test_nobody_is_woken_by_bulk_that_nobody_waits_for(module_database: Database) -> None:
    with module_database.connect("projections") as conn, module_database.connect("directives") as listener:
        start(conn)
        listener.execute("LISTEN view_casefile")
        feed(conn, s.log([s.said(s.ReportAccepted, "r-1", report="R-1")]))
        assert list(listener.notifies(timeout=0.1)) == []


@pytest.mark.parametrize(
    "fact",
    [
        s.said(s.ReportAccepted, "r-1", s.SHOP, s.later(1), report="R-1"),
        s.attached(at=s.later(1)),
        MemberEnrolled(code="tmall", member_class="platform", entity="ali", at=s.later(1)),
    ],
)
def test_every_fact_has_a_time_of_its_recording(fact: s.Fact) -> None:
    moment: datetime = s.later(1)
    assert recorded(fact) == moment.timestamp()


def test_a_fact_without_one_is_a_mistake_of_the_program() -> None:
    class Timeless(s.Fact, frozen=True, tag="timeless.v1"):
        pass

    with pytest.raises(TypeError, match=r"timeless\.v1"):
        recorded(Timeless())
