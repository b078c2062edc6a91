"""Rebuilding while facts come in: nothing is lost, nobody sees time go back, and the live view goes on from there."""

import json
import sys
import threading
from collections.abc import Iterator

import psycopg
import pytest

from events.catalogue import UnknownFact
from projections import generation, rebuild
from projections.blacklist import read as blacklist
from projections.catalogue import VIEWS
from projections.generation import digest
from projections.reading import Live
from projections.view import View
from tests.projections import story as s
from tests.projections.hosting import fresh, logged, of, record, start, work
from tests.support.stack import Database

ALL_VIEWS = pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())


@pytest.fixture
def live(database: Database) -> Iterator[psycopg.Connection]:
    """The views of a log with three cases, up to date."""
    with database.connect("adjudication") as writer, database.connect("projections") as conn:
        start(conn)
        for n in range(3):
            record(writer, s.case(n))
        work(conn)
        yield conn


def current(conn: psycopg.Connection, view: View) -> Live:
    found = generation.current(conn, view.name)
    assert found is not None
    return found


def from_nothing(conn: psycopg.Connection, view: View) -> str:
    """The digest of the view of the whole log."""
    to = fresh(conn, view, 99)
    with conn.transaction():
        view.load(conn, to.schema, of(view, logged(conn)))
    return digest(conn, view, to)


class Traffic:
    """Facts come in and the live view is followed, in a thread of its own, until the block ends."""

    def __init__(self, database: Database) -> None:
        self._database, self._stop = database, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.seen: list[dict[int, int]] = []
        self.failure: BaseException | None = None

    def _run(self) -> None:
        try:
            with self._database.connect("adjudication") as writer, self._database.connect("projections") as conn:
                for n in range(100, 10_000):
                    if self._stop.is_set():
                        break
                    record(writer, s.case(n))
                    work(conn)
                    self.seen.append(blacklist.changes_since(conn, None).vector.positions)
        except BaseException as failure:
            self.failure = failure

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure


def test_rebuilt_under_traffic_every_view_equals_the_log_and_goes_on(database: Database, live: psycopg.Connection) -> None:
    url = database.conninfo("projections")
    with Traffic(database) as traffic:
        done = [rebuild.rebuild(url, view) for _ in range(2) for view in VIEWS.values()]
    with database.connect("adjudication") as writer:
        record(writer, s.case(50))
    work(live)
    for view in VIEWS.values():
        now = current(live, view)
        assert now.generation == 3
        assert digest(live, view, now) == from_nothing(live, view)
    assert sum(it.facts for it in done) > 0
    for before, after in zip(traffic.seen, traffic.seen[1:], strict=False):
        assert all(after[partition] >= before[partition] for partition in before)


@ALL_VIEWS
def test_what_came_after_the_copy_is_read_from_the_store_before_the_switch(
    database: Database, live: psycopg.Connection, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log grows, and the live view with it, after the rebuild has copied and before it switches."""
    load = view.load

    def and_meanwhile(conn: psycopg.Connection, schema: str, facts: object) -> None:
        load(conn, schema, facts)  # type: ignore[arg-type]
        with database.connect("adjudication") as writer:
            record(writer, s.case(7))
        work(live)

    done = rebuild.rebuild(database.conninfo("projections"), view._replace(load=and_meanwhile))
    assert done.caught_up == len([fact for fact in s.case(7) if fact.lane in view.lanes])
    before, now = Live(view.name, 1), current(live, view)
    assert now == Live(view.name, 2)
    assert digest(live, view, now) == digest(live, view, before)
    rows = "SELECT topic, partition, last_id FROM position WHERE consumer = %s"
    old, new = ({(t, p): i for t, p, i in live.execute(rows, (it.consumer,))} for it in (before, now))
    assert old.keys() == new.keys()
    assert all(new[tp] >= max(old[tp], done.head) for tp in old)


def test_a_fold_of_a_long_log_may_think_between_two_statements(database: Database, live: psycopg.Connection) -> None:
    """For a day, and a statement may run as long: the bounds of those whom others wait for would end it half way, for ever."""
    view, bounds = VIEWS["credit"], []

    def ask(conn: psycopg.Connection, schema: str, facts: object) -> None:
        names = ("statement_timeout", "idle_in_transaction_session_timeout")
        bounds.extend(conn.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in names)
        view.load(conn, schema, facts)  # type: ignore[arg-type]

    rebuild.rebuild(database.conninfo("projections"), view._replace(load=ask))
    assert bounds == [("1d",), ("1d",)]


def test_the_generation_before_the_last_is_dropped_and_the_last_is_kept(database: Database, live: psycopg.Connection) -> None:
    view = VIEWS["credit"]
    for _ in range(3):
        rebuild.rebuild(database.conninfo("projections"), view)
    schemas = live.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'credit%' ORDER BY 1").fetchall()
    consumers = live.execute("SELECT DISTINCT consumer FROM position WHERE consumer LIKE 'credit:%' ORDER BY 1").fetchall()
    assert schemas == [("credit_3",), ("credit_4",)]
    assert consumers == [("credit:3",), ("credit:4",)]


def test_a_view_that_was_never_there_is_built(database: Database) -> None:
    with database.connect("adjudication") as writer, database.connect("projections") as conn:
        record(writer, s.case())
        done = rebuild.rebuild(database.conninfo("projections"), VIEWS["blacklist"])
        assert (done.generation, done.facts) == (1, len(of(VIEWS["blacklist"], logged(conn))))
        assert blacklist.subject(conn, s.MERCHANT) is not None


def test_what_an_interrupted_rebuild_left_is_replaced(database: Database, live: psycopg.Connection) -> None:
    view = VIEWS["coverage"]
    fresh(live, view, 2)
    live.execute("INSERT INTO coverage_2.coverage (subject_id, platform, state) VALUES (gen_random_uuid(), 'rest', '')")
    rebuild.rebuild(database.conninfo("projections"), view)
    assert digest(live, view, current(live, view)) == from_nothing(live, view)


def test_two_do_not_rebuild_one_view_at_once(database: Database, live: psycopg.Connection) -> None:
    assert generation.lock(live, "credit")
    with pytest.raises(rebuild.BeingRebuilt, match="credit"):
        rebuild.rebuild(database.conninfo("projections"), VIEWS["credit"])
    rebuild.rebuild(database.conninfo("projections"), VIEWS["coverage"])


def test_a_fact_of_a_newer_hub_stops_the_rebuild_and_leaves_the_live_view(database: Database, live: psycopg.Connection) -> None:
    with database.connect() as owner:
        owner.execute(
            "UPDATE hub_events SET topic = 'dossier.sealed.v9' WHERE notification_id = (SELECT max(notification_id) FROM hub_events)"
        )
    with pytest.raises(UnknownFact, match="dossier"):
        rebuild.rebuild(database.conninfo("projections"), VIEWS["coverage"])
    assert current(live, VIEWS["coverage"]).generation == 1


def test_the_command_says_in_one_line_what_it_did(
    database: Database, live: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIANCHENG_DATABASE_PROJECTIONS", database.conninfo("projections"))
    monkeypatch.setattr(sys, "argv", ["rebuild", "casefile"])
    rebuild.main()
    said = json.loads(capsys.readouterr().out)
    assert (said["view"], said["generation"], said["facts"]) == ("casefile", 2, len(of(VIEWS["casefile"], logged(live))))


@pytest.mark.parametrize("argv", [["rebuild"], ["rebuild", "everything"]])
def test_the_command_names_the_views_there_are(argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit, match=r"blacklist \| casefile \| coverage \| credit"):
        rebuild.main()
