"""The digest of every view after the story of five merchants, folded batch by batch and loaded at once, as a program of its own:
`python -m tests.projections.digests CONNINFO`. It is run under other time zones, hash seeds and Pythons."""

import sys
from random import Random

import msgspec
import psycopg

from projections.catalogue import VIEWS
from projections.generation import digest
from projections.view import View
from tests.projections.hosting import batches, fresh, of
from tests.projections.story import five_merchants


def digests(conn: psycopg.Connection) -> dict[str, str]:
    """By view. Random batches, whose order must not matter, against a load."""
    found = {}
    for view in VIEWS.values():
        folded, loaded = _folded(conn, view), _loaded(conn, view)
        assert folded == loaded, view.name
        found[view.name] = loaded
    return found


def _folded(conn: psycopg.Connection, view: View) -> str:
    to = fresh(conn, view, 900)
    for batch in batches(of(view, five_merchants()), Random()):
        with conn.transaction():
            view.apply(conn, to.schema, batch)
    return digest(conn, view, to)


def _loaded(conn: psycopg.Connection, view: View) -> str:
    to = fresh(conn, view, 901)
    with conn.transaction():
        view.load(conn, to.schema, of(view, five_merchants()))
    return digest(conn, view, to)


if __name__ == "__main__":
    with psycopg.connect(sys.argv[1], autocommit=True) as session:
        sys.stdout.write(msgspec.json.encode(digests(session)).decode())
