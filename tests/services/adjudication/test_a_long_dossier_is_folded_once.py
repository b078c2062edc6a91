"""What is kept of dossiers between batches is what the log holds: whoever else appends, and however little is kept."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from events.transport.store import load
from services.adjudication.application.shelf import Shelf
from services.adjudication.domain.evolve import fold
from tests.domain.spec import SUBJECT, imposed, lifted
from tests.services.adjudication.court import Court
from tests.support.stack import Database


@pytest.fixture
def court(database: Database) -> Iterator[Court]:
    with closing(Court(database)) as opened:
        yield opened


def as_logged(conn: Any) -> Any:
    return fold(SUBJECT, [(position, fact) for _, position, fact in load(conn, [SUBJECT])[SUBJECT]])


@pytest.mark.parametrize("facts", [50_000, 1])
def test_what_others_append_meanwhile_is_read(court: Court, facts: int) -> None:
    shelf = Shelf(facts)
    with closing(court.database.connect("adjudication")) as conn:
        for statement in (imposed("tmall"), imposed("pdd"), lifted("tmall")):
            court.hear(statement)
            assert shelf.read(conn, [SUBJECT])[SUBJECT] == as_logged(conn)


def test_only_what_is_new_is_read(court: Court) -> None:
    court.hear(imposed("tmall"))
    shelf = Shelf()
    with closing(court.database.connect("adjudication")) as conn:
        before = shelf.read(conn, [SUBJECT])[SUBJECT]
        assert shelf.read(conn, [SUBJECT])[SUBJECT] is before


def test_what_was_rolled_back_is_not_kept(court: Court) -> None:
    court.hear(imposed("tmall"))
    said = court.record(imposed("pdd"))

    def fail(conn: Any) -> None:
        court.hearing.handle(conn, said)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        court.transact(fail)
    court.deliver(said)
    with closing(court.database.connect("adjudication")) as conn:
        dossier = as_logged(conn)
    assert len(dossier.weighed) == 2
    assert len(dossier.listings) == 1
