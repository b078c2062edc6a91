"""Everywhere on a machine where a hub could have kept something: Kafka's segments, logs, PostgreSQL's files, metrics, tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import psycopg

from deploy.demo.patience import until
from deploy.local.access import roles
from deploy.local.processes import PROCESSES
from deploy.local.servers.postgres import conninfo
from tests.support.stack import Hub


class Places(NamedTuple):
    """The files of one hub by what they are."""

    hub: Hub

    def superuser(self) -> psycopg.Connection:
        """Of the hub's database; the owner may neither checkpoint nor change the server."""
        stack = self.hub.stack
        return psycopg.connect(conninfo(stack.settings.postgres_port, stack.secrets.superuser), dbname=roles.DATABASE, autocommit=True)

    @property
    def postgres(self) -> Path:
        with self.superuser() as conn:
            row = conn.execute("SHOW data_directory").fetchone()
        assert row is not None
        return Path(row[0])

    def segments(self, word: str) -> list[str]:
        return _holding(self.hub.settings.folder / "kafka", word)

    def logs(self, word: str) -> list[str]:
        return _holding(self.hub.settings.logs, word)

    def tables(self, word: str) -> list[str]:
        return _holding(self.postgres / "base", word) + _holding(self.postgres / "global", word)

    def wal(self, word: str) -> list[str]:
        return _holding(self.postgres / "pg_wal", word)

    def metrics(self, word: str) -> list[str]:
        """Names of the ports that show it."""
        settings = self.hub.settings
        ports = [port for process in PROCESSES for port in process.ports]
        return [port for port in ports if word.encode() in answer(f"http://{settings.host}:{getattr(settings, port)}/metrics")]

    def scrub(self) -> None:
        """What a site does when the bytes have to go at once: tables written anew, WAL switched, old segments removed."""
        with self.superuser() as conn:
            conn.execute("SET lock_timeout = '20s'")
            for (table,) in conn.execute(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE tableowner <> 'postgres'"
            ).fetchall():
                conn.execute(f"VACUUM FULL {table}")
            conn.execute("VACUUM FULL pg_statistic")
            for _ in range(2):
                conn.execute("SELECT pg_switch_wal()")
                conn.execute("CHECKPOINT")


def answer(url: str) -> bytes:
    """What is said there; asked again while the process starts anew, as the ingress does for each new member."""

    def ask() -> bytes | None:
        try:
            with urlopen(url) as said:
                return bytes(said.read())
        except OSError:
            return None

    return until(url, ask, 20.0, every=0.1)


def _holding(folder: Path, word: str) -> list[str]:
    """Files below the folder that contain the word; one that is removed meanwhile holds nothing."""
    return [str(file.relative_to(folder)) for file in _files(folder) if _contains(file, word.encode())]


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file())


def _contains(file: Path, word: bytes) -> bool:
    try:
        return word in file.read_bytes()
    except FileNotFoundError:
        return False
