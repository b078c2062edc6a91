"""The database, its tables and its roles: one role a process, with the rights that the migrations grant it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from yoyo import get_backend, read_migrations

from deploy.local.tell import Trouble
from events.transport import topics

MIGRATIONS = Path(topics.__file__).with_name("migrations")
DATABASE = "liancheng"
OWNER = "liancheng"
OLDEST = 17
"""Of PostgreSQL, which has to know `transaction_timeout`."""


def found(superuser: str, password: str) -> str:
    """The owner and the database on a server of ours; the owner's conninfo. May be called twice."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        _role(connection, OWNER, password, "CREATEROLE")
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    return make_conninfo(superuser, user=OWNER, password=password, dbname=DATABASE)


def prepare(owner: str, passwords: Mapping[str, str]) -> None:
    """Roles first, because the migrations grant to them by name. May be called twice."""
    with psycopg.connect(owner, autocommit=True) as connection:
        for name, password in passwords.items():
            _role(connection, name, password)
    migrate(owner)
    admit(owner, passwords)


def migrate(owner: str) -> None:
    """Our own lock around them: yoyo's is a row, which a killed process leaves behind. Trouble when the server is too old."""
    with psycopg.connect(owner, autocommit=True) as guard:
        version = guard.info.server_version // 10_000
        if version < OLDEST:
            raise Trouble(
                f"PostgreSQL {version} 太旧，需要 {OLDEST} 或更高版本", f"PostgreSQL {version} is too old, {OLDEST} or later is needed"
            )
        guard.execute("SELECT pg_advisory_lock(hashtext('liancheng migrations'))")
        with get_backend(url(owner, "postgresql+psycopg")) as backend:
            backend.apply_migrations(backend.to_apply(read_migrations(str(MIGRATIONS))))


def admit(owner: str, roles: Mapping[str, str]) -> None:
    """Only the hub's roles enter this database. A copy made from a template needs it again: rights on a database are not copied."""
    with psycopg.connect(owner, autocommit=True) as connection:
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        names = sql.SQL(", ").join(map(sql.Identifier, roles))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, names))
        # A view's tables live in schemas that its owner makes anew at each rebuild.
        connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO projections").format(database))


def url(conninfo: str, scheme: str = "postgresql", **changes: str) -> str:
    """A conninfo as the URL that the processes are given."""
    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo, **changes).items()}
    user, password = quote(parts.pop("user"), safe=""), quote(parts.pop("password", ""), safe="")
    place = f"{parts.pop('host', 'localhost')}:{parts.pop('port', '5432')}/{quote(parts.pop('dbname', user), safe='')}"
    rest = urlencode(parts)
    return f"{scheme}://{user}:{password}@{place}" + (f"?{rest}" if rest else "")


def _role(connection: psycopg.Connection, name: str, password: str, rights: str = "") -> None:
    """The password is hashed here: the statement may be logged."""
    hashed = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone() is not None
    statement = "ALTER ROLE {} LOGIN PASSWORD {} " if known else "CREATE ROLE {} LOGIN PASSWORD {} "
    connection.execute(sql.SQL(statement + rights).format(sql.Identifier(name), sql.Literal(hashed)))
