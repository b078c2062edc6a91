"""Files with every column that their publishers give them become lines that the hub takes, and a count of the rest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from events.client.statement import Member
from tests.client.bridges.taken import taken

PUBLISHED = Path(__file__).parent / "published"
NUMBERS = ("沪市监处罚〔2026〕001号", "沪市监处罚〔2026〕002号", "沪市监失信〔2026〕7号")
CODE = "91350100M000100Y43"
AUTHORITY = Member("samr", authority=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The platform's own file, and the authority's documents."""
    accounts = f"puid,account,uscc,kind\ndecision-1,shop-1,{CODE},enterprise\ndecision-2,shop-2,,\n"
    (tmp_path / "ours.csv").write_text(accounts, encoding="utf-8")
    (tmp_path / "documents").mkdir()
    for number in NUMBERS:
        (tmp_path / "documents" / f"{number}.pdf").write_bytes(number.encode())
    return tmp_path


def bridge(words: list[str], content: bytes, folder: Path) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "events.client.bridges", *words]
    environment = {"PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.run(command, input=content, capture_output=True, cwd=folder, env=environment, check=False)


@pytest.mark.parametrize(
    ("name", "words", "member", "measures", "counted"),
    [
        ("sor-light.csv", ["dsa", "--accounts", "ours.csv"], Member("tmall"), ["FREEZE", "REMOVE_ITEM"], "1  no account for its puid"),
        ("sor-full.csv", ["dsa", "--accounts", "ours.csv"], Member("tmall"), ["FREEZE", "REMOVE_ITEM"], "1  no account for its puid"),
        ("xingzheng-chufa.csv", ["penalties", "--documents", "documents"], AUTHORITY, ["FREEZE", "POINTS"], "2  said"),
        ("yanzhong-weifa.csv", ["serious", "--documents", "documents"], AUTHORITY, ["EXPEL"], "1  taken off the list"),
    ],
)
def test_each_row_is_said_or_counted(folder: Path, name: str, words: list[str], member: Member, measures: list[str], counted: str) -> None:
    ended = bridge(words, (PUBLISHED / name).read_bytes(), folder)
    assert ended.returncode == 0, ended.stderr
    facts = [taken(json.loads(line), member) for line in ended.stdout.splitlines()]
    assert [fact.measure.name for fact in facts] == measures
    assert facts[0].uscc == CODE
    assert counted in ended.stderr.decode()


def test_a_file_in_another_encoding_is_refused_with_what_to_do(folder: Path) -> None:
    content = (PUBLISHED / "xingzheng-chufa.csv").read_text(encoding="utf-8-sig").encode("gb18030")
    ended = bridge(["penalties", "--documents", "documents"], content, folder)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"iconv" in ended.stderr and b"Traceback" not in ended.stderr


def test_a_wrong_word_in_the_platforms_own_file_is_named(folder: Path) -> None:
    (folder / "ours.csv").write_text("puid,account,kind\ndecision-1,shop-1,company\n", encoding="utf-8")
    ended = bridge(["dsa", "--accounts", "ours.csv"], (PUBLISHED / "sor-light.csv").read_bytes(), folder)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"company" in ended.stderr and b"Traceback" not in ended.stderr
