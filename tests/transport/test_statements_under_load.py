"""The log's rules hold when many write at once, while VACUUM runs, and when nobody knows whether a commit was carried out."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from random import Random

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from deploy.local.access import roles
from events.transport.store import Recorded, Store, Submission
from tests.support.severed import wire
from tests.support.stack import Database
from tests.transport.statements import answered, flood

WRITERS = 4


def together(*works: Callable[[], None]) -> None:
    """Each on a thread of its own; what one raises is raised."""
    trouble: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as raised:
            trouble.append(raised)
            raise

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble, trouble


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    with closing(Store(database.conninfo("gateway"))) as opened:
        yield opened


def test_what_vacuum_and_analyze_hold_keeps_no_writer_out(store: Store, database: Database) -> None:
    with database.connect() as owner, owner.transaction():
        owner.execute("LOCK TABLE hub_events IN SHARE UPDATE EXCLUSIVE MODE")
        assert [it.outcome for it in store.append_statements([answered("1")])] == ["accepted"]


def test_groups_of_300_of_several_callers_agree_on_who_was_first(database: Database) -> None:
    """600 statements, each sent by four callers in their own order, some of them with another content."""
    answers: list[tuple[Submission, Recorded]] = []

    def caller(number: int) -> None:
        luck = Random(number)
        mine = [answered(f"{n}", sha256=luck.choice("aab") * 64) for n in range(600)]
        luck.shuffle(mine)
        with closing(Store(database.conninfo("gateway"))) as own:
            for group in (mine[:300], mine[300:], luck.sample(mine, 300)):
                answers.extend(zip(group, own.append_statements(group), strict=True))

    together(*(lambda number=number: caller(number) for number in range(WRITERS)))  # type: ignore[misc]
    originals = {sent.fact.stream: got for sent, got in answers if got.outcome == "accepted"}
    counted = Counter(got.outcome for _, got in answers)
    assert len(originals) == counted["accepted"] == 600
    assert sorted(it.position for it in originals.values()) == sorted({it.position for it in originals.values()})
    for sent, got in answers:
        original = originals[sent.fact.stream]
        assert got._replace(outcome="accepted") == original
        assert got.outcome == "accepted" or (got.outcome == "conflict") == (sent.fact.sha256 != original.sha256)
    assert counted["duplicate"] > 600 < counted["conflict"] + counted["duplicate"]


@pytest.mark.parametrize(("lost", "second"), [("before", "accepted"), ("after", "duplicate")])
def test_a_commit_whose_answer_was_lost_is_read_back_to_the_original_receipt(database: Database, lost: str, second: str) -> None:
    server = database.stack.settings.postgres_port
    with wire(server) as cable:
        through = roles.url(make_conninfo(database.conninfo("gateway"), host="127.0.0.1", port=cable.port))
        with closing(Store(through)) as store:
            store.append_statements([answered("before")])
            cable.cut(lost)  # type: ignore[arg-type]
            with pytest.raises(psycopg.OperationalError):
                store.append_statements([answered("unknown"), answered("before")])
            assert cable.cuts == 1
            known = store.receipt("/platforms/tmall", "unknown")
            assert (known is not None) == (lost == "after")
            again, _ = store.append_statements([answered("unknown"), answered("before")])
    assert again.outcome == second
    assert known is None or again._replace(outcome="accepted") == known


def test_many_unknown_commits_lose_and_double_nothing(database: Database) -> None:
    luck = Random(7)
    with wire(database.stack.settings.postgres_port) as cable:
        through = roles.url(make_conninfo(database.conninfo("gateway"), host="127.0.0.1", port=cable.port))
        with closing(Store(through)) as store:
            for number in range(20):
                cable.cut(luck.choice(("before", "after")))
                group = [answered(f"{number}-{n}") for n in range(3)]
                with pytest.raises(psycopg.OperationalError):
                    store.append_statements(group)
                assert {it.outcome for it in store.append_statements(group)} <= {"accepted", "duplicate"}
    assert cable.cuts == 20
    with database.connect() as owner:
        assert owner.execute("SELECT count(*), count(DISTINCT originator_id) FROM hub_events").fetchone() == (60, 60)


@pytest.mark.slow
def test_four_writers_beside_vacuum_never_time_out(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """Over a log of 400,000 rows, vacuumed without pause."""
    with database.connect() as owner:
        flood(owner, 400_000)
    stop = threading.Event()
    took: list[float] = []
    rounds: list[float] = []

    def write() -> None:
        with closing(Store(database.conninfo("gateway"))) as own:
            until = time.monotonic() + 12
            while time.monotonic() < until:
                began = time.monotonic()
                own.append_statements([answered() for _ in range(20)])
                took.append(time.monotonic() - began)

    def vacuum() -> None:
        with database.connect() as owner:
            while not stop.is_set():
                began = time.monotonic()
                owner.execute("VACUUM (ANALYZE, DISABLE_PAGE_SKIPPING) hub_events")
                rounds.append(time.monotonic() - began)

    vacuuming = threading.Thread(target=vacuum)
    vacuuming.start()
    try:
        together(*[write] * WRITERS)
    finally:
        stop.set()
        vacuuming.join()
    figures = f"p50 {_at(took, 0.5)}, p99 {_at(took, 0.99)}, most {_at(took, 1)} ms"
    with capsys.disabled():
        sys.stdout.write(f"\nbeside {len(rounds)} vacuums {len(took)} appends of 20: {figures}\n")
    assert len(rounds) > 2
    assert max(took) < 2.0


def _at(took: Sequence[float], part: float) -> int:
    ordered = sorted(took)
    return round(1000 * ordered[min(int(part * len(ordered)), len(ordered) - 1)])
