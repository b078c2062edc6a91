"""Reading the whole log of dossiers, one after the other, in little memory."""

from collections.abc import Iterator
from itertools import groupby

import psycopg

from events.catalogue import CATALOGUE
from events.transport.topics import LANES
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.evolve import fold

PAGE = 2000
QUERY = (
    "SELECT originator_id, notification_id, topic, state FROM hub_events WHERE lane = %s AND notification_id <= %s"
    " ORDER BY originator_id, originator_version"
)


def dossiers(conn: psycopg.Connection, upto: int) -> Iterator[Dossier]:
    """Every dossier with what is in the log up to this id; an alias of another one is left out. In the caller's transaction."""
    with conn.cursor(name="dossiers", binary=True) as cursor:
        cursor.itersize = PAGE
        cursor.execute(QUERY, (LANES["dossier"], upto))
        for subject_id, rows in groupby(cursor, key=lambda row: row[0]):
            dossier = fold(subject_id, ((position, CATALOGUE.decode(name, state)) for _, position, name, state in rows))
            if dossier.merged_into is None:
                yield dossier
