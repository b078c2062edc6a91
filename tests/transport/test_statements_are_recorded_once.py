"""A group of statements is one transaction, and each gets its own answer: accepted, duplicate or conflict."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from events.transport.store import FactTooLarge, Store, Submission, erase, read, words
from events.transport.store.recorder import LOG_LOCK
from tests.support.stack import Database
from tests.transport.statements import answered, appealed


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = Store(database.conninfo("gateway"))
    yield opened
    opened.close()


def outcomes(store: Store, *submissions: Submission) -> list[str]:
    return [recorded.outcome for recorded in store.append_statements(submissions)]


def test_the_second_time_gives_the_original_receipt(store: Store) -> None:
    (first,) = store.append_statements([answered("1")])
    (again,) = store.append_statements([answered("1")])
    assert (first.outcome, again.outcome) == ("accepted", "duplicate")
    assert again._replace(outcome="accepted") == first == store.receipt("/platforms/tmall", "1")


def test_other_content_under_the_same_id_is_a_conflict_and_changes_nothing(store: Store) -> None:
    (first,) = store.append_statements([answered("1")])
    assert outcomes(store, answered("1", sha256="c" * 64)) == ["conflict"]
    assert store.receipt("/platforms/tmall", "1") == first


def test_trouble_inside_a_group_harms_no_neighbour(store: Store) -> None:
    store.append_statements([answered("old")])
    group = [answered("new"), answered("old"), answered("new"), answered("new", sha256="c" * 64), answered("other")]
    assert outcomes(store, *group) == ["accepted", "duplicate", "duplicate", "conflict", "accepted"]


def test_an_unknown_statement_has_no_receipt(store: Store) -> None:
    assert store.receipt("/platforms/tmall", "never") is None


def test_words_are_kept_only_of_what_was_accepted(store: Store, database: Database) -> None:
    store.append_statements([answered("1")])
    store.append_statements([answered("1", sha256="c" * 64, words=b"not these"), answered("2", words=b"these")])
    with database.connect() as owner:
        assert words(owner, answered("1").fact.stream) is None
        assert words(owner, answered("2").fact.stream) == b"these"


def test_erased_words_leave_the_fact_and_the_duplicate_check(store: Store, database: Database) -> None:
    store.append_statements([answered("1", words=b"gone soon")])
    with database.connect() as owner:
        assert erase(owner, answered("1").fact.stream)
        assert not erase(owner, answered("1").fact.stream)
    assert outcomes(store, answered("1", words=b"gone soon")) == ["duplicate"]


def test_a_fact_too_large_for_an_envelope_is_refused_before_anybody_is_told(store: Store) -> None:
    with pytest.raises(FactTooLarge):
        store.append_statements([answered(account="x" * 600_000)])


def test_a_tailing_reader_misses_nothing_of_four_writers(store: Store, database: Database) -> None:
    seen: list[int] = []
    done = threading.Event()

    def tail() -> None:
        with database.connect("relay") as conn:
            last = 0
            while True:
                finished = done.is_set()
                rows = read(conn, [5], last, 2**62, 1000)
                if finished and not rows:
                    return
                seen.extend(row.id for row in rows)
                last = rows[-1].id if rows else last

    def write() -> None:
        own = Store(database.conninfo("gateway"))
        for _ in range(40):
            own.append_statements([answered() for _ in range(5)])
        own.close()

    reader = threading.Thread(target=tail)
    reader.start()
    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert len(seen) == len(set(seen)) == 800
    assert seen == sorted(seen)


def test_a_lock_held_too_long_is_an_error_and_no_receipt(store: Store, database: Database) -> None:
    with database.connect() as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", (LOG_LOCK,))
        with pytest.raises(psycopg.OperationalError):
            store.append_statements([answered("1")])
    assert store.receipt("/platforms/tmall", "1") is None


def test_urgent_and_bulk_facts_lie_in_lanes_of_their_own(store: Store, database: Database) -> None:
    store.append_statements([answered(), appealed()])
    with database.connect("relay") as conn:
        assert [row.name for row in read(conn, [1], 0, 2**62, 10)] == ["sanction.appealed.v1"]
        assert [row.name for row in read(conn, [5], 0, 2**62, 10)] == ["report.answered.v1"]


@pytest.mark.parametrize("statement", ["UPDATE hub_events SET state = ''", "DELETE FROM hub_events", "TRUNCATE hub_events"])
@pytest.mark.parametrize("role", ["gateway", "ingress", "relay", "adjudication", "projections", "standing", "directives", "regulator"])
def test_nobody_changes_the_log(module_database: Database, role: str, statement: str) -> None:
    with module_database.connect(role) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement)
