"""A backup counts only once it was restored; a restore undoes no revocation and no erasure, and nobody writes before the recovery."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from deploy.backup import command, copy, dump
from deploy.backup.command import backup, backups, bring_back, bring_secrets, chosen
from deploy.backup.dump import Content, Server
from deploy.local.stack import POSTGRES, Stack
from deploy.local.tell import Trouble
from events.transport.store import ForeignLog, append, check, head
from tests.projections.story import attached
from tests.support.stack import stack

pytestmark = [pytest.mark.servers]
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def quiet(zh: str, en: str | None = None, /) -> None: ...


@pytest.fixture(scope="module")
def home() -> Iterator[Stack]:
    """A server that nobody shares: its database is replaced."""
    with stack() as started:
        started.start_only(POSTGRES)
        started.prepare_database()
        yield started


def server(home: Stack) -> Server:
    return command.server(home.settings, home.secrets, quiet)


def say(home: Stack) -> int:
    """One more fact; its id."""
    with psycopg.connect(home.reach.owner, autocommit=True) as conn:
        return append(conn, [(uuid4(), 1, attached())])[0]


def known(home: Stack) -> int:
    with psycopg.connect(home.reach.owner, autocommit=True) as conn:
        return head(conn)


def test_a_backup_comes_back_without_what_came_after_it_and_nobody_writes_before_the_recovery(home: Stack) -> None:
    had = say(home)
    (home.settings.folder / "evidence").mkdir(exist_ok=True)
    (home.settings.folder / "evidence" / "sealed").write_bytes(b"x")
    made = backup(home.settings, server(home), NOW, quiet)
    (home.settings.folder / "evidence" / "sealed").unlink()
    say(home)
    with psycopg.connect(home.reach.owner, autocommit=True) as conn:
        conn.execute("INSERT INTO member (code, class, entity, enrolled_at) VALUES ('alpha', 'platform', 'alpha', now())")
        conn.execute("INSERT INTO credential (key_id, code, digest, created_at) VALUES ('k1', 'alpha', '', now())")
        conn.execute("INSERT INTO erasure VALUES (%s, now(), now())", (f"subjects/{uuid4()}",))
    bring_back(home.settings, server(home), made, NOW + timedelta(hours=1), quiet)
    assert known(home) == had
    assert (home.settings.folder / "evidence" / "sealed").read_bytes() == b"x"
    with psycopg.connect(home.reach.owner, autocommit=True) as conn:
        with pytest.raises(ForeignLog, match="make recover"):
            check(conn)
        assert conn.execute("SELECT count(*) FROM erasure WHERE done_at IS NULL").fetchone() == (1,)
        conn.execute("UPDATE log SET timeline = (SELECT timeline_id FROM pg_control_checkpoint())")
    with server(home).connect("postgres") as founder:
        kept = founder.execute("SELECT count(*) FROM pg_database WHERE datname = 'liancheng_before_20261120T050000Z'")
        assert kept.fetchone() == (1,)


def test_a_key_that_was_revoked_after_the_backup_stays_revoked(home: Stack) -> None:
    with psycopg.connect(home.reach.owner, autocommit=True) as conn:
        conn.execute("INSERT INTO member (code, class, entity, enrolled_at) VALUES ('beta', 'platform', 'beta', now())")
        conn.execute(
            "INSERT INTO credential (key_id, code, digest, created_at) VALUES ('k2', 'beta', '', now()), ('k3', 'beta', '', now())"
        )
    at = datetime.now(UTC)
    made = backup(home.settings, server(home), at, quiet)
    with psycopg.connect(home.reach.owner, autocommit=True) as conn:
        conn.execute("UPDATE credential SET revoked_at = now() WHERE key_id = 'k2'")
    bring_back(home.settings, server(home), made, at + timedelta(hours=2), quiet)
    with psycopg.connect(home.reach.owner, autocommit=True) as conn:
        found = conn.execute("SELECT key_id, revoked_at IS NOT NULL FROM credential WHERE code = 'beta' ORDER BY key_id").fetchall()
        conn.execute("UPDATE log SET timeline = (SELECT timeline_id FROM pg_control_checkpoint())")
    assert found == [("k2", True), ("k3", False)]


def test_a_backup_that_was_changed_or_is_another_hubs_is_refused(home: Stack, tmp_path: Path) -> None:
    made = backup(home.settings, server(home), NOW + timedelta(days=2), quiet)
    bring_secrets(home.settings, made)
    (made / copy.SECRETS).write_text('{"hub_key": "other"}')
    with pytest.raises(Trouble, match="missing or was changed"):
        bring_secrets(home.settings, made)
    (made / copy.LIST).unlink()
    copy.finish(made.rename(tmp_path / "again.unfinished"), "0", Content(0, 0, 0, 1, 0), NOW)
    with pytest.raises(Trouble, match="another hub"):
        bring_secrets(home.settings, tmp_path / "again")
    with pytest.raises(Trouble, match="is no backup"):
        copy.read(tmp_path)


def test_a_restore_is_refused_while_a_process_is_connected(home: Stack) -> None:
    made = backup(home.settings, server(home), NOW + timedelta(days=3), quiet)
    role = home.secrets.roles["gateway"]
    with psycopg.connect(home.reach.owner, user="gateway", password=role), pytest.raises(Trouble, match="still connected"):
        bring_back(home.settings, server(home), made, NOW, quiet)


def test_a_dump_that_differs_is_no_backup(home: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    before = backups(home.settings)
    had = set(before.glob("*/backup.json"))
    true = dump.restore
    monkeypatch.setattr(command, "restore", lambda *given: true(*given)._replace(facts=0, digest=1))
    with pytest.raises(Trouble, match="does not count"):
        backup(home.settings, server(home), NOW + timedelta(days=4), quiet)
    assert set(before.glob("*/backup.json")) == had
    with server(home).connect("postgres") as founder:
        assert founder.execute("SELECT count(*) FROM pg_database WHERE datname = %s", (command.TRIED,)).fetchone() == (0,)


def test_the_newest_is_taken_when_none_is_named(home: Stack) -> None:
    made = backup(home.settings, server(home), NOW + timedelta(days=400), quiet)
    assert chosen(home.settings, "") == made == chosen(home.settings, made.name) == chosen(home.settings, str(made))
