"""No password, key or hub key is in a log, on a command line, in metrics or in a file that others may read."""

import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from deploy.demo.patience import until
from deploy.local.processes import PROCESSES
from tests.privacy.hiding_places import answer
from tests.support.stack import Hub
from tests.wire.made import event


@pytest.fixture(scope="module")
def secrets(hub: Hub) -> dict[str, str]:
    """Every secret of the hub and of one member by its name; the member has used its key, rightly and wrongly."""
    kept, given = hub.stack.secrets, hub.enrol("secretive")
    assert given.kafka is not None
    said = msgspec.json.encode(event("report.investigating", source="/platforms/secretive"))
    for key in (given.key, given.key[:-1], given.key.replace("secretive", "another")):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
        httpx.post(f"{hub.url('gateway')}/v1/statements?key={'x'}", content=said, headers=headers)
    own = {name: getattr(kept, name) for name in ("superuser", "owner", "kafka_admin", "kafka_controller", "hub_key")}
    own |= {f"role {name}": word for name, word in kept.roles.items()} | {f"user {name}": word for name, word in kept.kafka_users.items()}
    return own | {"bearer": given.key.rsplit("_", 1)[1][:-1], "member's kafka": given.kafka.password}


def shown(text: bytes, secrets: dict[str, str]) -> list[str]:
    """The names of those that are in the text."""
    return [name for name, secret in secrets.items() if secret.encode() in text]


def _processes(hub: Hub) -> Iterator[Path]:
    """All of this hub: those that the supervisor started, and what these started."""
    groups = {running.process.pid for running in hub.stack.supervisor.running.values() if running.process is not None}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and int((folder / "stat").read_text().rsplit(")", 1)[1].split()[2]) in groups:
                yield folder
        except (FileNotFoundError, ProcessLookupError):
            continue


def test_logs_hold_none(hub: Hub, secrets: dict[str, str]) -> None:
    files = list(hub.settings.logs.iterdir())
    assert len(files) >= len(PROCESSES)
    assert {file.name: found for file in files if (found := shown(file.read_bytes(), secrets))} == {}


def test_command_lines_hold_none(hub: Hub, secrets: dict[str, str]) -> None:
    lines = {folder.name: _read(folder / "cmdline") for folder in _processes(hub)}
    assert len(lines) > len(PROCESSES)
    assert {pid: found for pid, line in lines.items() if (found := shown(line, secrets))} == {}


def test_a_process_is_given_its_own_secrets_and_no_others(hub: Hub, secrets: dict[str, str]) -> None:
    for process in PROCESSES:
        mine = {f"role {role}" for role in process.roles} | ({f"user {process.kafka_user}"} if process.kafka_user else set())
        mine |= {"hub_key"} if process.hub_key else set()
        assert set(shown(_environment(hub, process.name), secrets)) == mine, process.name


def _environment(hub: Hub, name: str) -> bytes:
    """Of a process, also of one that just starts anew: until it runs its own program it has none that can be read."""

    def look() -> bytes | None:
        running = hub.stack.supervisor.running[name].process
        return _read(Path("/proc") / str(running.pid) / "environ") or None if running is not None else None

    return until(f"the environment of {name}", look, 20.0, every=0.1)


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/healthz"])
def test_what_every_process_answers_holds_none(hub: Hub, secrets: dict[str, str], path: str) -> None:
    for process in PROCESSES:
        for port in process.ports:
            body = answer(f"http://{hub.settings.host}:{getattr(hub.settings, port)}{path}")
            assert shown(body, secrets) == [], port


def test_files_that_hold_one_are_their_owners_alone(hub: Hub, secrets: dict[str, str]) -> None:
    files = [file for file in hub.settings.folder.rglob("*") if file.is_file() and file.stat().st_size < 1_000_000]
    holding = {str(file.relative_to(hub.settings.folder)): file for file in files if shown(_read(file), secrets)}
    assert "secrets.json" in holding, "the search finds what is there"
    for name, file in holding.items():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, name


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
