"""The machine's own Prometheus, where one is installed: it scrapes what runs, and its data lies below the home."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from deploy.local.settings import CHECKOUT

CONFIGURATION = CHECKOUT / "deploy" / "prometheus" / "prometheus.yml"
KEPT = "7d"


def installed() -> str | None:
    """Its path, if there is one."""
    return shutil.which("prometheus")


def command(program: str, folder: Path, host: str, port: int) -> list[str]:
    return [
        program,
        f"--config.file={folder / CONFIGURATION.name}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--storage.tsdb.retention.time={KEPT}",
        f"--web.listen-address={host}:{port}",
        "--log.level=warn",
    ]


def prepare(folder: Path, targets: Mapping[str, str]) -> None:
    """Writes its configuration: the one that is kept beside the rules, with the addresses of what runs here, by name of the process."""
    folder.mkdir(parents=True, exist_ok=True)
    given: dict[str, Any] = msgspec.yaml.decode(CONFIGURATION.read_bytes())
    given["rule_files"] = [str(CONFIGURATION.parent / name) for name in given["rule_files"]]
    (job,) = given["scrape_configs"]
    job["static_configs"] = [{"targets": [address], "labels": {"process": name}} for name, address in targets.items()]
    (folder / CONFIGURATION.name).write_bytes(msgspec.yaml.encode(given))
