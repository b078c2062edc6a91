"""What is kept of versions of the rules: their facts in the log, and a row of each that the database guards."""

from collections.abc import Iterable

import psycopg

from events.facts.rulebook import RulebookFact, rulebook_stream
from events.transport import store
from services.adjudication.legislation.adoption import Version, evolve


def versions(conn: psycopg.Connection) -> list[str]:
    """Every one that was ever drafted, the earliest first."""
    return [version for (version,) in conn.execute("SELECT version FROM rulebook ORDER BY effective, version")]


def load(conn: psycopg.Connection, names: Iterable[str]) -> dict[str, tuple[Version, int]]:
    """Each with the length of its stream; one that nobody drafted is empty."""
    wanted = list(names)
    streams = store.load(conn, [rulebook_stream(name) for name in wanted]) if wanted else {}
    found: dict[str, tuple[Version, int]] = {}
    for name in wanted:
        facts = streams.get(rulebook_stream(name), [])
        state = Version(name)
        for _, _, fact in facts:
            state = evolve(state, fact)
        found[name] = state, len(facts)
    return found


def save(conn: psycopg.Connection, version: Version, length: int, fact: RulebookFact) -> Version:
    """Append, and bring the row up to date; VersionConflict when somebody else was faster."""
    store.append(conn, [(rulebook_stream(version.version), length + 1, fact)])
    after = evolve(version, fact)
    conn.execute(
        "INSERT INTO rulebook (version, sha256, effective, maker, backtested, checker, adopted_at, withdrawn)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (version) DO UPDATE SET"
        " (sha256, effective, maker, backtested, checker, adopted_at, withdrawn) = (excluded.sha256, excluded.effective,"
        " excluded.maker, excluded.backtested, excluded.checker, excluded.adopted_at, excluded.withdrawn)",
        (after.version, after.sha256, after.effective, after.maker, after.backtested, after.checker, after.adopted_at, after.withdrawn),
    )
    return after
