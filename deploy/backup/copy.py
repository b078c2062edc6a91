"""A copy on the disk: a folder that is complete or not there, with a list of what is in it."""

import os
import shutil
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

import msgspec

from deploy.backup.dump import Content
from deploy.local.tell import Trouble

DUMP, LIST, SECRETS, EVIDENCE = "database.dump", "backup.json", "secrets.json", "evidence"


class Listed(msgspec.Struct, frozen=True):
    """What a copy says of itself; `files` by their sha256."""

    version: str
    made_at: datetime
    content: Content
    files: dict[str, str]


def begin(folder: Path, now: datetime) -> Path:
    """Where a new copy is made: a folder whose name says that it is not finished."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = folder / f"{now:%Y%m%dT%H%M%SZ}.unfinished"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    return made


def finish(made: Path, version: str, content: Content, now: datetime) -> Path:
    """Its list is written, everything is forced to the disk, and only then it gets its name."""
    listed = Listed(version, now, content, {name: sha256(made / name) for name in _files(made)})
    (made / LIST).write_bytes(msgspec.json.format(msgspec.json.encode(listed)))
    for name in (*listed.files, LIST):
        with (made / name).open("rb") as file:
            os.fsync(file.fileno())
    whole = made.with_suffix("")
    made.rename(whole)
    return whole


def read(copy: Path) -> Listed:
    """Its list, once every file was compared with it; Trouble when one is missing or was changed."""
    try:
        listed = msgspec.json.decode((copy / LIST).read_bytes(), type=Listed)
    except (OSError, msgspec.MsgspecError) as wrong:
        raise Trouble(f"{copy}：不是备份（{wrong}）", f"{copy} is no backup ({wrong})") from wrong
    for name, digest in listed.files.items():
        if not (copy / name).is_file() or sha256(copy / name) != digest:
            raise Trouble(f"{copy / name}：缺失或已被改动", f"{copy / name} is missing or was changed")
    return listed


def newest(folder: Path) -> Path | None:
    """The newest that is complete, by its name."""
    return max((path.parent for path in folder.glob(f"*/{LIST}") if not path.parent.suffix), default=None)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _files(made: Path) -> list[str]:
    return sorted(str(path.relative_to(made)) for path in made.rglob("*") if path.is_file())
