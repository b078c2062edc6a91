"""What has to be there before a site's processes start is made by one command, which may be given again."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from deploy.local.access import roles
from deploy.local.servers.postgres import conninfo
from deploy.local.tell import Trouble
from deploy.prepare.__main__ import begin_again, prepare
from deploy.prepare.settings import Settings
from events.transport.topics import HUB_TOPICS
from tests.support.stack import Broker, Database


@pytest.fixture
def empty(database: Database) -> Iterator[Database]:
    """Founded, and nothing more; the server's roles are there, as an operator would have made them."""
    fresh = database._replace(name=f"{database.name}_site")
    server = database.stack
    with psycopg.connect(conninfo(server.settings.postgres_port, server.secrets.superuser), autocommit=True) as founder:
        founder.execute(SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(Identifier(fresh.name), Identifier(roles.OWNER)))
        try:
            yield fresh
        finally:
            founder.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(fresh.name)))


def test_an_empty_database_is_prepared_twice_with_roles_that_somebody_else_made(empty: Database) -> None:
    for _ in range(2):
        prepare(Settings(database_owner=empty.owner), {}, {})
    with empty.connect("gateway") as conn:
        assert conn.execute("SELECT epoch FROM log").fetchone() == (1,)


def test_a_server_that_is_too_old_is_refused_before_a_table_is_made(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "OLDEST", 99)
    with pytest.raises(Trouble, match="PostgreSQL 18 is too old, 99 or later is needed"):
        prepare(Settings(database_owner=empty.owner), {}, {})
    with empty.connect() as owner:
        assert owner.execute("SELECT to_regclass('log')").fetchone() == (None,)


def test_a_site_without_operators_gets_roles_topics_users_and_rights(clean_kafka: Broker, empty: Database) -> None:
    server, reach = clean_kafka.stack, clean_kafka.stack.reach.kafka
    site = Settings(database_owner=empty.owner, kafka=reach.bootstrap, kafka_admin=reach.user, kafka_password_admin=reach.password)
    clean_kafka.admin.delete_topics(["liancheng.evidence.v1"])
    # The broker answers before it has forgotten it, and what it still lists would not be made anew.
    while "liancheng.evidence.v1" in clean_kafka.admin.list_topics():
        time.sleep(0.05)
    prepare(site, server.secrets.roles, server.secrets.kafka_users)
    assert {topic.name for topic in HUB_TOPICS} <= set(clean_kafka.admin.list_topics())
    with empty.connect("relay") as conn:
        assert conn.execute("SELECT count(*) FROM relay_cursor").fetchone() == (6,)


def test_a_recovery_says_what_it_lacks() -> None:
    with pytest.raises(Trouble, match="recover also needs"):
        begin_again(Settings(database_owner="postgresql://nobody@127.0.0.1:1/nothing"))
