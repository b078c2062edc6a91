"""`make trace`: looks at what runs, reads only, and prints the table."""

from functools import partial

import psycopg

from deploy.local.processes import Reach
from deploy.local.settings import Settings
from deploy.local.tell import Say, Trouble
from deploy.trace import records, stored
from deploy.trace.sight import table
from deploy.trace.way import way


def trace(settings: Settings, reach: Reach, statement_id: str, source: str | None, say: Say) -> None:
    """A table for each statement with this id: two members may have chosen the same. Trouble when there is none."""
    with psycopg.connect(reach.owner, autocommit=True, options="-c default_transaction_read_only=on") as conn:
        found = stored.statements(conn, statement_id, source)
        if not found:
            raise Trouble(f"没有编号为 {statement_id} 的陈述", f"no statement has the id {statement_id}")
        for said in found:
            for line in table(way(conn, settings.logs, partial(records.find, reach.kafka), said)):
                say(line)
