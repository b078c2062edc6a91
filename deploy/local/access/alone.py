"""Whether any process of the hub is connected to the database: some commands want it for themselves."""

import psycopg

from deploy.local.access.secrets import ROLES
from deploy.local.tell import Trouble


def alone(conn: psycopg.Connection) -> None:
    """Trouble while one is, with the names of the roles."""
    busy = conn.execute(
        "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY(%s) ORDER BY usename",
        (list(ROLES),),
    ).fetchall()
    if busy:
        names = ", ".join(str(row[0]) for row in busy)
        raise Trouble(f"仍有进程连着数据库（{names}）：先停下它们", f"processes are still connected ({names}): stop them first")
