"""What the processes have written about a statement: lines of their JSON logs that name its trace."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from deploy.trace.sight import Sight

SHOWN = ("consumer", "lanes", "facts", "statements", "accepted", "upto", "position", "seq", "subject_id", "milliseconds", "why")
"""Fields of a line that say something about the way; none of them is ever a word of a member."""


def lines(folder: Path, needle: str) -> Iterator[dict[str, Any]]:
    """Lines of the logs, rotated ones too, that contain `needle` and are JSON objects."""
    wanted = needle.encode()
    for file in sorted(folder.glob("*.log*")):
        with file.open("rb") as stream:
            for line in stream:
                if wanted in line and line.startswith(b"{"):
                    yield msgspec.json.decode(line)


def sights(found: Iterable[dict[str, Any]]) -> list[Sight]:
    """Each line as a sight, with the fields that say where the statement was."""
    return [Sight(datetime.fromisoformat(line["at"]), str(line["process"]), str(line["event"]), detail(line)) for line in found]


def detail(line: dict[str, Any]) -> str:
    shown = ((name, line[name]) for name in SHOWN if name in line)
    return " ".join(f"{name}={'+'.join(map(str, value)) if isinstance(value, list) else value}" for name, value in shown)


def copied(folder: Path, wanted: dict[int, int]) -> Sight | None:
    """The first time that standing's copy held all of `wanted`: partition of the dossier topic to notification id."""
    for line in lines(folder, '"copied"'):
        had = {int(partition): last for partition, last in line["had"].items()}
        if all(had.get(partition, 0) >= last for partition, last in wanted.items()):
            what = " ".join(f"{partition}:{last}" for partition, last in sorted(had.items()))
            return Sight(datetime.fromisoformat(line["at"]), str(line["process"]), "copied", f"subjects={line['subjects']} had={what}")
    return None
