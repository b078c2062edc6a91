"""`make backup` and `make restore`: a copy that was restored once before it is called one, and the way back to it."""

import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from psycopg import sql

from deploy.backup import after, copy
from deploy.backup.dump import Server, content, drop, dump, restore
from deploy.local.access.alone import alone
from deploy.local.access.roles import DATABASE
from deploy.local.access.secrets import Secrets
from deploy.local.servers import postgres
from deploy.local.servers.unprivileged import footing
from deploy.local.settings import Settings
from deploy.local.tell import Say, Trouble
from events.transport.telemetry import VERSION

TRIED, RESTORING = "liancheng_backup_tried", "liancheng_restoring"
FOREIGN = "UPDATE log SET timeline = 0"
"""No server's: whatever is started before `make recover` finds a foreign log, and neither writes nor relays."""


def server(settings: Settings, secrets: Secrets, say: Say) -> Server:
    """The one of this home, which has to be running."""
    where = footing(postgres.installed(), settings.folder / "postgres", say)
    return Server(postgres.conninfo(settings.postgres_port, secrets.superuser), where.programs)


def backups(settings: Settings) -> Path:
    return settings.folder / "backups"


def backup(settings: Settings, source: Server, now: datetime, say: Say) -> Path:
    """The folder of the new copy. The hub may run; what it takes in meanwhile is not in it."""
    made = copy.begin(backups(settings), now)
    held = dump(source, DATABASE, made / copy.DUMP)
    shutil.copy2(settings.folder / copy.SECRETS, made / copy.SECRETS)
    if (settings.folder / copy.EVIDENCE).is_dir():
        # After the snapshot: whatever it names lies there already, and nothing is ever taken away before its row.
        shutil.copytree(settings.folder / copy.EVIDENCE, made / copy.EVIDENCE)
    try:
        if restore(source, made / copy.DUMP, TRIED) != held:
            raise Trouble(
                "备份试恢复后与原数据不同，不予采用", "restored for a try, the backup differs from what was copied; it does not count"
            )
    finally:
        drop(source, TRIED)
    whole = copy.finish(made, VERSION, held, now)
    say(
        f"{whole}：{held.facts} 条事实，到编号 {held.head}；已试恢复并逐条比对。其中有中心的密钥：像密钥一样保管",
        f"{whole}: {held.facts} facts up to id {held.head}; restored for a try and compared. It holds the hub's key: keep it like one",
    )
    return whole


def chosen(settings: Settings, name: str) -> Path:
    """The copy that was asked for, by a path or by its name; the newest when none is named."""
    if not name:
        newest = copy.newest(backups(settings))
        if newest is None:
            raise Trouble(f"{backups(settings)} 里没有备份", f"there is no backup in {backups(settings)}")
        return newest
    return Path(name).absolute() if "/" in name else backups(settings) / name


def bring_secrets(settings: Settings, source: Path) -> None:
    """Into a home that has none. Trouble when the copy is another hub's: its tokens and subjects would mean nothing here."""
    copy.read(source)
    home, theirs = settings.folder / copy.SECRETS, source / copy.SECRETS
    if not home.exists():
        settings.folder.mkdir(parents=True, exist_ok=True)
        shutil.copy2(theirs, home)
    elif _hub_key(home) != _hub_key(theirs):
        raise Trouble(f"{source} 是另一个中心的备份（hub_key 不同）", f"{source} is another hub's backup (another hub_key)")


def bring_back(settings: Settings, target: Server, source: Path, now: datetime, say: Say) -> None:
    """In place of what is there, which is kept under another name. Nothing of the hub may be connected.

    The restored log is marked as foreign: until `make recover` has begun a new epoch, nobody writes to it.
    """
    listed = copy.read(source)
    with closing(target.connect(DATABASE)) as conn:
        alone(conn)
        had, since = content(conn), after.read(conn, listed.made_at)
    if restore(target, source / copy.DUMP, RESTORING) != listed.content:
        drop(target, RESTORING)
        raise Trouble(f"{source}：恢复出的内容与清单不符", f"{source}: what was restored is not what its list says")
    with closing(target.connect(RESTORING)) as conn:
        conn.execute(FOREIGN)
        after.write(conn, since)
    before = f"{DATABASE}_before_{now:%Y%m%dT%H%M%SZ}"
    with closing(target.connect("postgres")) as founder, founder.transaction():
        for old, new in ((DATABASE, before), (RESTORING, DATABASE)):
            founder.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))
    if (source / copy.EVIDENCE).is_dir():
        shutil.copytree(source / copy.EVIDENCE, settings.folder / copy.EVIDENCE, dirs_exist_ok=True)
    lost = had.facts - listed.content.facts
    then, head = f"{listed.made_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", listed.content.head
    say(
        f"已恢复到 {then}（编号 {head}）；原库保留为 {before}，多 {lost} 条事实",
        f"restored to {then} (id {head}); the database before it is kept as {before} and has {lost} facts more",
    )
    for asked in since.erasures:
        say(f"备份之后已删除的，须再删一次：{asked.target}", f"erased after the backup, to be erased again: {asked.target}")
    say("接着：make recover，然后 make run（deploy/runbooks/restore.md）", "next: make recover, then make run (deploy/runbooks/restore.md)")


def _hub_key(secrets: Path) -> object:
    return msgspec.json.decode(secrets.read_bytes()).get("hub_key")
