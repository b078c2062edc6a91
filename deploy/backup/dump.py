"""PostgreSQL's own dump of the whole database, and a restore of it beside what is there."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from deploy.local.access.roles import OWNER
from deploy.local.tell import Trouble

_DIGEST = (
    "SELECT count(*), coalesce(max(notification_id), 0), (SELECT count(*) FROM vault), (SELECT epoch FROM log),"
    " coalesce(bit_xor(hashtextextended(notification_id::text || originator_id || encode(sha256(state), 'hex'), 0)), 0)"
    " FROM hub_events"
)


class Content(NamedTuple):
    """What a copy holds, small enough to compare: equal contents are equal logs, fact by fact."""

    facts: int
    head: int
    words: int
    epoch: int
    digest: int


class Server(NamedTuple):
    """A PostgreSQL whose superuser we are, and its programs."""

    superuser: str
    programs: Path

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(self.superuser, dbname=database, autocommit=True)


def content(conn: psycopg.Connection) -> Content:
    row = conn.execute(_DIGEST).fetchone()
    assert row is not None
    return Content(*row)


def dump(server: Server, database: str, file: Path) -> Content:
    """Everything in one snapshot, into `file`; what is in it. The hub may run meanwhile."""
    with server.connect(database) as conn:
        # Idle while pg_dump works, for longer than anybody else may be.
        conn.execute("SET idle_in_transaction_session_timeout = 0")
        with conn.transaction():
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = conn.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            _run(server, "pg_dump", [f"--snapshot={row[0]}", "--format=custom", f"--file={file}", database])
            return content(conn)


def restore(server: Server, file: Path, database: str) -> Content:
    """Into a new database of this name; what is in it. Trouble, and no such database, when anything of it fails."""
    name = sql.Identifier(database)
    with server.connect("postgres") as founder:
        founder.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        founder.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, sql.Identifier(OWNER)))
        try:
            _run(server, "pg_restore", ["--exit-on-error", f"--dbname={database}", str(file)])
            with server.connect(database) as conn:
                return content(conn)
        except BaseException:
            drop(server, database)
            raise


def drop(server: Server, database: str) -> None:
    with server.connect("postgres") as founder:
        founder.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _run(server: Server, program: str, words: Sequence[str]) -> None:
    """The password travels in the environment: a command line is readable by everybody."""
    parts = {name: str(value) for name, value in conninfo_to_dict(server.superuser).items()}
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PGHOST": parts["host"],
        "PGPORT": parts["port"],
        "PGUSER": parts["user"],
        "PGPASSWORD": parts["password"],
    }
    line = [str(server.programs / program), "--no-password", *words]
    done = subprocess.run(line, env=environment, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise Trouble(f"{program}: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1]}")
