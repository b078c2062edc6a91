"""The audit row is committed before anything is answered: it is there when the process is killed between the two."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from deploy.local.servers.postgres import conninfo
from tests.services.regulator.conftest import REGULATOR
from tests.services.regulator.dossiers import LISTED
from tests.support.served import CHECKOUT, await_ready
from tests.support.stack import Database, free_ports

# A commit that takes a while: the row is written and not yet answered for.
SLOW = """
CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.purpose = 'killed') EXECUTE FUNCTION linger();
"""
COMMITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query = 'COMMIT'"


@contextmanager
def killed_at_the_end(database: Database) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_ports()["regulator_port"]
    settings = {"LIANCHENG_DATABASE_REGULATOR": database.conninfo("regulator"), "LIANCHENG_REGULATOR_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "services.regulator.main"], cwd=CHECKOUT, env=os.environ | settings)
    try:
        await_ready(f"http://127.0.0.1:{port}", process)  # type: ignore[arg-type]
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def founder(database: Database) -> psycopg.Connection:
    """Who sees what every session is doing."""
    stack = database.stack
    return psycopg.connect(conninfo(stack.settings.postgres_port, stack.secrets.superuser), dbname=database.name, autocommit=True)


def ask(address: str, path: str) -> int | None:
    """The status; None when there was no answer."""
    headers = {"Authorization": f"Bearer {REGULATOR}", "Liancheng-Purpose": "killed"}
    try:
        return httpx.get(address + path, headers=headers, trust_env=False, timeout=20).status_code
    except httpx.TransportError:
        return None


@pytest.mark.parametrize("path", ["/v1/blacklist", f"/v1/exports/police/{LISTED}?to=x"])
def test_killed_between_audit_and_answer_it_has_left_its_row(filled: Database, path: str) -> None:
    with filled.connect() as owner:
        owner.execute("TRUNCATE audit")
        owner.execute("DROP TRIGGER IF EXISTS linger ON audit; DROP FUNCTION IF EXISTS linger")
        owner.execute(SLOW.encode())
        try:
            with killed_at_the_end(filled) as (process, address), ThreadPoolExecutor(1) as thread, founder(filled) as watch:
                asked = thread.submit(ask, address, path)
                until = time.monotonic() + 20
                while watch.execute(COMMITS).fetchone() == (0,):
                    assert time.monotonic() < until, "it never came to its commit"
                    assert not asked.done(), "it answered before its commit"
                process.kill()
                assert asked.result() is None, "nobody was answered"
                while watch.execute(COMMITS).fetchone() != (0,):
                    time.sleep(0.05)
            assert owner.execute("SELECT actor, purpose FROM audit").fetchall() == [("samr", "killed")]
        finally:
            owner.execute("DROP TRIGGER linger ON audit; DROP FUNCTION linger")
