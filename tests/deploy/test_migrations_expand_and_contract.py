"""A migration adds; what is old goes a version later, by itself, and says since when: two versions always run side by side."""

import re
from pathlib import Path

import pytest

from deploy.local.access.roles import MIGRATIONS

FILES = sorted(MIGRATIONS.glob("*.sql"))
CONTRACT = re.compile(r"^-- contract: .{10,}$", re.MULTILINE)
"""Says since which version nobody uses what goes."""

# What breaks a version that still runs, each with why.
DESTRUCTIVE = {
    "drop table": r"\bDROP\s+TABLE\b",
    "drop column": r"\bDROP\s+COLUMN\b",
    "drop view or function": r"\bDROP\s+(VIEW|FUNCTION|TRIGGER|TYPE|SEQUENCE|SCHEMA)\b",
    "rename": r"\bRENAME\b",
    "another type": r"\bALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE\b",
    "not null where it was not": r"\bALTER\s+COLUMN\s+\w+\s+SET\s+NOT\s+NULL\b",
    "no default where there was one": r"\bALTER\s+COLUMN\s+\w+\s+DROP\s+DEFAULT\b",
    "rights taken": r"\bREVOKE\b(?!.*\bFROM\s+PUBLIC\b)",
    "rows taken": r"\b(DELETE\s+FROM|TRUNCATE)\b",
}
# A new column of an old table: whoever does not know it has to be able to insert a row.
NEEDED = r"\bADD\s+COLUMN\s+(\w+)\s+[^,;]*\bNOT\s+NULL\b(?![^,;]*\bDEFAULT\b)(?![^,;]*\bGENERATED\b)"
# Only to be put in place again, wider, in the same statement or the next.
SWAPPED = re.compile(r"\bDROP\s+CONSTRAINT\s+(\w+)", re.IGNORECASE)


def statements(text: str) -> str:
    """Without comments, and without the bodies of functions: what they do, they do later, with rights of their own."""
    return re.sub(r"\$\$.*?\$\$", "''", re.sub(r"--[^\n]*", "", text), flags=re.DOTALL)


def breaks(text: str) -> list[str]:
    """What in it an older version that still runs would not survive."""
    said = statements(text)
    found = [name for name, pattern in DESTRUCTIVE.items() if re.search(pattern, said, re.IGNORECASE)]
    found += [f"{column} is needed and has no default" for column in re.findall(NEEDED, said, re.IGNORECASE)]
    for name in SWAPPED.findall(said):
        if not re.search(rf"\bADD\s+CONSTRAINT\s+{name}\b", said, re.IGNORECASE):
            found.append(f"constraint {name} goes and does not come back")
    return found


def adds(text: str) -> bool:
    return re.search(r"\b(CREATE|ADD\s+COLUMN)\b", statements(text), re.IGNORECASE) is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_migration_only_adds_or_only_takes_away_and_says_so(path: Path) -> None:
    text = path.read_text()
    if CONTRACT.search(text):
        assert not adds(text), "a contraction adds nothing: another file"
    else:
        assert breaks(text) == []


def test_migrations_of_one_number_are_one() -> None:
    numbers = [path.name.split(".")[0] for path in FILES]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_migration_says_what_it_is_for_and_what_it_stands_on(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert re.match(r"-- [A-Z]", lines[0])
    (depends,) = [line for line in lines if line.startswith("-- depends:")]
    for name in depends.removeprefix("-- depends:").split():
        assert (MIGRATIONS / f"{name}.sql").is_file()
        assert name < path.stem


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ALTER TABLE member DROP COLUMN entity;", "drop column"),
        ("ALTER TABLE member RENAME COLUMN entity TO who;", "rename"),
        ("ALTER TABLE member ALTER COLUMN code TYPE varchar;", "another type"),
        ("ALTER TABLE listing ADD COLUMN kind text NOT NULL;", "kind is needed and has no default"),
        ("ALTER TABLE member DROP CONSTRAINT member_class_check;", "constraint member_class_check goes and does not come back"),
        ("REVOKE SELECT ON member FROM gateway;", "rights taken"),
        ("DELETE FROM position;", "rows taken"),
    ],
)
def test_what_an_older_version_does_not_survive_is_noticed(text: str, why: str) -> None:
    assert breaks(text) == [why]


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE listing ADD COLUMN kind text NOT NULL DEFAULT 'x', ADD COLUMN day date;",
        "ALTER TABLE m DROP CONSTRAINT c; ALTER TABLE m ADD CONSTRAINT c CHECK (a IN (1, 2));",
        "ALTER TABLE m ALTER COLUMN a DROP NOT NULL;",
        "-- DROP TABLE m\nCREATE TABLE n (a int NOT NULL);",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM n $$;",
        "REVOKE ALL ON FUNCTION f() FROM PUBLIC;",
    ],
)
def test_what_only_adds_passes(text: str) -> None:
    assert breaks(text) == []
