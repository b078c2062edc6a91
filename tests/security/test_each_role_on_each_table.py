"""Every role tries every statement on every table of a real server: what the migrations grant works, all else is refused."""

from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier

from deploy.local.access.secrets import ROLES
from projections import generation
from projections.catalogue import VIEWS
from projections.reading import live
from tests.security.grants import RIGHTS, Right, granted
from tests.support.stack import Database

VIEW_READERS = {"standing", "directives", "regulator", "adjudication"}
NOBODY_EVER = {("UPDATE", "hub_events"), ("DELETE", "hub_events"), ("UPDATE", "vault"), ("DELETE", "vault"), ("UPDATE", "audit"),
               ("DELETE", "audit"), ("INSERT", "member"), ("DELETE", "member"), ("INSERT", "credential"), ("UPDATE", "credential"),
               ("DELETE", "credential"), ("INSERT", "erasure"), ("UPDATE", "erasure"), ("DELETE", "erasure"), ("INSERT", "log"),
               ("DELETE", "log"), ("DELETE", "account")}  # fmt: skip
ONLY = {("SELECT", "vault"): {"adjudication"}, ("INSERT", "hub_events"): {"gateway", "ingress", "adjudication"},
        ("UPDATE", "relay_lease"): {"relay"}, ("SELECT", "audit"): {"regulator"},
        ("SELECT", "console_session"): {"regulator"}, ("SELECT", "console_attempt"): {"regulator"}}  # fmt: skip


class Cell(NamedTuple):
    """Whether a role was let through, and what the server said."""

    role: str
    right: str
    table: str
    allowed: bool


def statement(right: str, schema: str, table: str, columns: list[str]) -> Composed:
    where = SQL("{}.{}").format(Identifier(schema), Identifier(table))
    names = [Identifier(column) for column in columns]
    match right:
        case "SELECT":
            return SQL("SELECT {} FROM {} LIMIT 0").format(SQL(", ").join(names), where)
        case "INSERT":
            return SQL("INSERT INTO {} DEFAULT VALUES").format(where)
        case "UPDATE":
            return SQL("UPDATE {} SET {} WHERE false").format(where, SQL(", ").join(SQL("{} = DEFAULT").format(name) for name in names))
        case "DELETE":
            return SQL("DELETE FROM {} WHERE false").format(where)
    return SQL("TRUNCATE {}").format(where)


def tried(conn: psycopg.Connection, asked: Composed) -> bool:
    """Whether it is allowed: a row that does not fit the table is a matter of its own."""
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(asked)
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.IntegrityError:
        return True
    return True


def columns_of(database: Database, schema: str) -> dict[str, list[str]]:
    with database.connect() as owner:
        rows = owner.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
            " AND c.relname NOT LIKE '%%yoyo%%' GROUP BY 1",
            (schema,),
        )
        return dict(rows.fetchall())


@pytest.fixture(scope="module")
def tables(module_database: Database) -> dict[str, list[str]]:
    return columns_of(module_database, "public")


@pytest.fixture(scope="module", params=ROLES)
def connected(module_database: Database, request: pytest.FixtureRequest) -> Iterator[tuple[str, psycopg.Connection]]:
    with module_database.connect(request.param) as conn:
        yield request.param, conn


def test_a_role_may_do_what_is_granted_and_nothing_else(connected: tuple[str, psycopg.Connection], tables: dict[str, list[str]]) -> None:
    role, conn = connected
    whole = {(right.right, right.table) for right in granted() if right.role == role and right.columns is None}
    wrong = [
        Cell(role, right, table, allowed)
        for table, columns in tables.items()
        for right in RIGHTS
        if (allowed := tried(conn, statement(right, "public", table, columns))) != ((right, table) in whole)
    ]
    assert wrong == []


def test_a_right_on_some_columns_is_one_on_these_columns(connected: tuple[str, psycopg.Connection], tables: dict[str, list[str]]) -> None:
    role, conn = connected
    some = {(right.right, right.table): right.columns for right in granted() if right.role == role and right.columns is not None}
    for (right, table), named in some.items():
        if Right(role, right, table) in granted():
            continue
        for column in tables[table]:
            assert tried(conn, statement(right, "public", table, [column])) == (column in named), (role, right, table, column)


def test_the_table_of_rights_keeps_what_may_never_be_granted(tables: dict[str, list[str]]) -> None:
    given = granted()
    assert {right.role for right in given} == set(ROLES)
    assert {right.table for right in given} <= set(tables)
    assert {(right.right, right.table) for right in given} & NOBODY_EVER == set()
    assert not [right for right in given if right.right == "TRUNCATE"]
    for (right, table), who in ONLY.items():
        assert {one.role for one in given if (one.right, one.table, one.columns) == (right, table, None)} == who, (right, table)


def test_views_are_written_by_their_host_and_read_by_four(module_database: Database) -> None:
    with module_database.connect("projections") as host:
        for view in VIEWS.values():
            generation.first(host, view)
        found = [live(host, name) for name in VIEWS]
    for one in found:
        for role in ROLES:
            with module_database.connect(role) as conn:
                tables = columns_of(module_database, one.schema)
                assert tables
                for table, columns in tables.items():
                    for right in RIGHTS:
                        allowed = tried(conn, statement(right, one.schema, table, columns))
                        wanted = role == "projections" or (right == "SELECT" and role in VIEW_READERS)
                        assert allowed == wanted, Cell(role, right, f"{one.schema}.{table}", allowed)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "act",
    ["CREATE TABLE mine ()", "ALTER TABLE hub_events DISABLE TRIGGER ALL", "ALTER TABLE vault DROP COLUMN words", "SET ROLE liancheng",
     "CREATE ROLE mine", "COPY hub_events TO PROGRAM 'cat'", "SELECT pg_read_file('PG_VERSION')", "ALTER SYSTEM SET fsync = off"],
)  # fmt: skip
def test_no_role_reaches_beyond_its_tables(module_database: Database, role: str, act: str) -> None:
    with module_database.connect(role) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(act)
