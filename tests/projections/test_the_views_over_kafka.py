"""The real thing: relay and views as processes, Kafka between them, a rebuild in the middle, a worker killed and restarted."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from projections import generation, rebuild
from projections.catalogue import VIEWS
from projections.generation import digest
from tests.projections import story as s
from tests.projections.hosting import fresh, logged, of, record
from tests.support.stack import Broker, Database, free_ports

CHECKOUT = Path(__file__).parents[2]


@contextmanager
def process(module: str, role: str, database: Database, kafka: Broker, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    given = {
        f"DATABASE_{role.upper()}": database.conninfo(role),
        "KAFKA": kafka.bootstrap,
        f"KAFKA_PASSWORD_{role.upper()}": kafka.user(role).password,
        f"{role.upper()}_PORT": str(free_ports()[f"{role}_port"]),
    }
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | {
        f"LIANCHENG_{name}": it for name, it in given.items()
    }
    with log.open("ab") as said:
        started = subprocess.Popen([sys.executable, "-m", module], cwd=CHECKOUT, env=environment, stdout=said, stderr=said)
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def await_(what: Callable[[], bool], patience: float, log: Path) -> None:
    end = time.monotonic() + patience
    while not what():
        if time.monotonic() > end:
            pytest.fail(log.read_text(errors="replace")[-3000:])
        time.sleep(0.1)


def equal(conn: psycopg.Connection) -> bool:
    """Whether every live view is that of the whole log."""
    for view in VIEWS.values():
        live = generation.current(conn, view.name)
        if live is None:
            return False
        to = fresh(conn, view, 99)
        with conn.transaction():
            view.load(conn, to.schema, of(view, logged(conn)))
        if digest(conn, view, live) != digest(conn, view, to):
            return False
    return True


@pytest.mark.timeout(180)
@pytest.mark.slow
def test_views_follow_kafka_through_a_rebuild_and_a_kill(database: Database, clean_kafka: Broker, tmp_path: Path) -> None:
    log = tmp_path / "said"
    with database.connect("adjudication") as writer, database.connect("projections") as conn:
        record(writer, [fact for n in range(5) for fact in s.case(n)])
        with process("services.relay.main", "relay", database, clean_kafka, log):
            with process("projections.worker", "projections", database, clean_kafka, log) as worker:
                await_(lambda: equal(conn), 60, log)
                for n in range(5, 10):
                    record(writer, s.case(n))
                    rebuild.rebuild(database.conninfo("projections"), list(VIEWS.values())[n % 4])
                record(writer, [fact for n in range(10, 15) for fact in s.case(n)])
                await_(lambda: equal(conn), 30, log)
                record(writer, [fact for n in range(15, 20) for fact in s.case(n)])
                worker.kill()
            with process("projections.worker", "projections", database, clean_kafka, log):
                record(writer, s.case(20))
                await_(lambda: equal(conn), 60, log)
