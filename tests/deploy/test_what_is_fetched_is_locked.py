"""Packages and jars are pinned by hash, and the lists name no address."""

import re
from pathlib import Path

import pytest
from jgo.maven import MavenContext

from deploy.local.servers import jars
from deploy.local.tell import Trouble

ROOT = Path(__file__).parents[2]
JAR = "org.slf4j:slf4j-api:1.7.36"


def wanted() -> list[str]:
    """Names in requirements.in, as the lock writes them."""
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.in").read_text().splitlines()]
    return [re.split(r"[\[<>=]", line)[0].lower() for line in lines if line]


def test_every_package_is_locked_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = re.findall(r"^([a-z0-9-]+)==\S+.*\\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(pinned) == lock.count("==") - len(re.findall(r"== '", lock))
    assert set(wanted()) <= set(pinned)


@pytest.mark.parametrize("lock", [ROOT / "requirements.lock", jars.LOCK])
def test_a_lock_names_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text()


def test_each_jar_is_locked_by_its_sha256_in_order() -> None:
    lines = [line for line in jars.LOCK.read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(lines)
    assert all(re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+ [0-9a-f]{64}", line) for line in lines)
    assert {root.rsplit(":", 1)[0] for root in jars.ROOTS} <= {line.split()[0].rsplit(":", 1)[0] for line in lines}


def test_a_jar_of_another_content_is_refused(tmp_path: Path) -> None:
    context = MavenContext(repo_cache=tmp_path / "cache", local_repos=[], offline=True)
    arrived = tmp_path / "cache" / "org" / "slf4j" / "slf4j-api" / "1.7.36" / "slf4j-api-1.7.36.jar"
    arrived.parent.mkdir(parents=True)
    arrived.write_bytes(b"something else")
    with pytest.raises(Trouble, match=r"slf4j-api:1\.7\.36: its sha256 is not the one in kafka-jars\.lock"):
        jars.fetch(context, JAR, jars.locked()[JAR], tmp_path)
    assert not (tmp_path / "slf4j-api-1.7.36.jar").exists()


def test_the_class_path_is_what_is_locked(tmp_path: Path) -> None:
    (tmp_path / "kafka-clients-3.9.0.jar").touch()
    path = jars.classpath(tmp_path).split(":")
    assert len(path) == len(jars.locked())
    assert str(tmp_path / "kafka-clients-3.9.0.jar") not in path
