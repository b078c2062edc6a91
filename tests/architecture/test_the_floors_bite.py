"""Each rule of the floors is broken once in a copy of the tree, and must say so: a rule that cannot fail guards nothing."""

import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = Path(__file__).with_name("floors.importlinter")

CANARIES = {
    "floors": ("events/facts/fact.py", "import events.catalogue"),
    "facts-pure": ("events/facts/report.py", "import psycopg"),
    "pure-rules": ("projections/credit/fold.py", "import psycopg"),
    "stations": ("services/standing/main.py", "import services.gateway.main"),
    "views": ("projections/credit/table.py", "import projections.blacklist.fold"),
    "one-door": ("services/regulator/main.py", "import projections.casefile.table"),
    "inbound": ("services/relay/main.py", "import projections.view"),
    "carrier": ("events/transport/envelope.py", "import events.facts.report"),
    "inside-a-service": ("services/gateway/application.py", "import services.gateway.main"),
    "inside-a-view": ("projections/coverage/fold.py", "import projections.coverage.read"),
    "stranger": ("services/adjudication/check/told.py", "import services.adjudication.domain.grounds"),
    "no-folds": ("services/directives/main.py", "import projections.coverage.fold"),
}


def contracts() -> dict[str, str]:
    """Name of each contract by its key."""
    parser = ConfigParser()
    parser.read(FLOORS)
    return {section.split(":")[2]: parser[section]["name"] for section in parser.sections() if section.startswith("importlinter:contract:")}


def test_every_rule_has_its_canary() -> None:
    assert set(CANARIES) == set(contracts())


@pytest.mark.timeout(60)
def test_each_canary_breaks_its_rule(tmp_path: Path) -> None:
    for package in ("events", "projections", "services"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for path, line in CANARIES.values():
        file = tmp_path / path
        file.write_text(f"{file.read_text()}\n{line}\n")
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", str(FLOORS)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "COLUMNS": "300"},  # wide enough that no name is wrapped
        capture_output=True,
        text=True,
        check=False,
    )
    broken = {line.removesuffix("BROKEN").strip() for line in checked.stdout.splitlines() if line.rstrip().endswith("BROKEN")}
    assert set(contracts().values()) - broken == set()
