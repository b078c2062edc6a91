"""Whether PostgreSQL is there and is the log's own, its tables are this version's, and everybody keeps up with the log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
from yoyo import read_migrations

from deploy.doctor.finding import Finding
from deploy.doctor.patient import Patient
from deploy.local import views
from deploy.local.access.roles import MIGRATIONS
from events.transport.store import ForeignLog, check, head, read, read_partition
from events.transport.topics import LANE_OF_TOPIC, LANES

SKEW = timedelta(seconds=5)
RELAY_LATE, READER_LATE = timedelta(seconds=30), timedelta(seconds=60)

_APPLIED = "SELECT migration_id FROM _yoyo_migration"
_PLACES = (
    "SELECT p.consumer, p.topic, p.partition, p.last_id, r.last_id FROM position p JOIN relay_published r USING (topic, partition)"
    " WHERE p.last_id < r.last_id AND (p.consumer NOT LIKE '%:%' OR p.consumer IN (SELECT name || ':' || generation FROM view))"
    " ORDER BY p.consumer, p.topic, p.partition"
)


class _When(msgspec.Struct):
    """The only fields of a fact that are read here."""

    recorded_at: datetime | None = None
    at: datetime | None = None


def away(error: psycopg.Error) -> Finding:
    return Finding(
        "postgres-away",
        True,
        f"PostgreSQL 连不上：{_first(error)}",
        f"PostgreSQL is not there: {_first(error)}",
        "看 postgres 的日志并恢复它；期间受理答 503，没有回执就没有受理；磁盘丢了从备份恢复",
        "Read its log and bring it back. Intake answers 503 meanwhile and promises nothing; when the disk is lost, restore a backup",
        "restore",
    )


def migrations(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    applied = {row[0] for row in conn.execute(_APPLIED)} if _exists(conn, "_yoyo_migration") else set()
    known = {it.id for it in read_migrations(str(MIGRATIONS))}
    missing, newer = sorted(known - applied), sorted(applied - known)
    if missing:
        yield Finding(
            "migration-missing",
            True,
            f"数据库缺少迁移 {', '.join(missing)}",
            f"The database lacks the migrations {', '.join(missing)}",
            "make down 再 make run：启动时会执行",
            "`make down`, then `make run`: the start applies them",
            "upgrade",
        )
    if newer:
        yield Finding(
            "migration-newer",
            False,
            f"数据库比本版本新：{', '.join(newer)}",
            f"The database is of a newer version: {', '.join(newer)}",
            "退版可以照常运行；完成升级或保持现状，不要手工回退表结构",
            "The older version goes on working with it; finish the upgrade or leave it, never take tables back by hand",
            "upgrade",
        )


def identity(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    if not _exists(conn, "log"):
        return
    try:
        check(conn)
    except ForeignLog as foreign:
        yield Finding(
            "log-foreign",
            True,
            f"日志不是这台服务器的：{foreign}",
            f"The log is not this server's: {foreign}",
            "make down，然后 make recover",
            "`make down`, then `make recover`",
            "restore",
        )


def clock(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    row = conn.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    ahead = (patient.now - row[0].astimezone(UTC)).total_seconds()
    if abs(ahead) > SKEW.total_seconds():
        yield Finding(
            "clock-skew",
            True,
            f"本机时钟与数据库相差 {ahead:+.0f} 秒",
            f"This machine's clock and the database's differ by {ahead:+.0f} s",
            "校准时钟（chrony），然后重启 adjudicator：存疑的时钟不列名，只解除",
            "Set the clocks right (chrony), then restart the adjudicator: with a clock in doubt nobody is listed, lifts go on",
            "clock-skew",
        )


def shapes(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    for view in views.outdated(patient.reach.owner) if _exists(conn, "view") else ():
        yield Finding(
            "view-outdated",
            True,
            f"视图 {view} 的表是另一个版本的",
            f"The tables of the view {view} are another version's",
            f"make rebuild VIEW={view}：在旁边重建再切换，读者不受影响",
            f"`make rebuild VIEW={view}`: built beside and switched, readers notice nothing",
            "upgrade",
        )


def relay(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    """The oldest fact of each lane that is not on Kafka."""
    if not _exists(conn, "relay_cursor"):
        return
    names, top = {number: name for name, number in LANES.items()}, head(conn)
    for lane, cursor in conn.execute("SELECT lane, last_id FROM relay_cursor ORDER BY lane").fetchall():
        late = _late(patient.now, [row.state for row in read(conn, [lane], cursor, top, 1)])
        if late is not None and late > RELAY_LATE:
            yield Finding(
                "relay-behind",
                True,
                f"转发落后 {late.total_seconds():.0f} 秒（{names[lane]}）",
                f"The relay is {late.total_seconds():.0f} s behind ({names[lane]})",
                "看 relay 的就绪原因：Kafka、租约，或日志纪元",
                "Read why the relay is not ready: Kafka, its lease, or the log's epoch",
                "relay-behind",
            )


def followers(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    """The furthest behind of each reader."""
    if not _exists(conn, "view"):
        return
    worst: dict[str, timedelta] = {}
    for consumer, topic, partition, had, published in conn.execute(_PLACES).fetchall():
        missing = read_partition(conn, LANES[LANE_OF_TOPIC[topic]], partition, had, published, 1) if topic in LANE_OF_TOPIC else []
        late = _late(patient.now, [row.state for row in missing])
        if late is not None and late > READER_LATE:
            worst[consumer] = max(late, worst.get(consumer, late))
    for consumer, late in sorted(worst.items()):
        yield Finding(
            "follower-behind",
            True,
            f"{consumer} 落后 {late.total_seconds():.0f} 秒",
            f"{consumer} is {late.total_seconds():.0f} s behind",
            "看承载它的进程的日志；站着不动的会自行退出重启，冻住的用 kill -9",
            "Read the log of the process that hosts it; one that stands still ends itself, a frozen one is ended with kill -9",
            "stuck-worker",
        )


def _late(now: datetime, states: list[bytes]) -> timedelta | None:
    for state in states:
        when = msgspec.json.decode(state, type=_When)
        moment = when.recorded_at or when.at
        return None if moment is None else now - moment
    return None


def _exists(conn: psycopg.Connection, table: str) -> bool:
    return conn.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone() == (True,)


def _first(error: psycopg.Error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
