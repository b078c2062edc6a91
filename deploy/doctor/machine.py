"""What can be seen without any server: room on the disk, backups, the official calendar, secrets in logs."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from deploy.backup import copy
from deploy.backup.command import backups
from deploy.doctor.finding import Finding
from deploy.doctor.patient import Patient
from services.adjudication.domain.law.calendar import day_of, is_working_day

LEAST_FREE, LEAST_SHARE = 2 * 1024**3, 0.05
"""Below both or below a quarter of the first, PostgreSQL will soon refuse to commit."""
OLDEST_BACKUP = timedelta(hours=26)
AHEAD = timedelta(days=45)
"""Hearings decided today end in so many days at most: their calendar should be known."""
KEY = re.compile(rb"lc_[a-z][a-z0-9-]{1,30}_[0-9a-f]{8}_[0-9a-f]{48}")
_TAIL = 4 * 1024 * 1024


def room(patient: Patient) -> Iterator[Finding]:
    disk = patient.disk(patient.settings.folder)
    if disk.free < LEAST_FREE // 4 or (disk.free < LEAST_FREE and disk.free < disk.total * LEAST_SHARE):
        gib = disk.free / 1024**3
        yield Finding(
            "disk-full",
            True,
            f"{patient.settings.folder} 所在磁盘只剩 {gib:.1f} GiB",
            f"{gib:.1f} GiB are left on the disk of {patient.settings.folder}",
            "清出空间或扩容；写满时受理答 503，不会误发回执，腾出空间后自行恢复",
            "Make room or grow it. When it is full, intake answers 503 and promises nothing; it goes on by itself once there is room",
            "disk-full",
        )


def kept_copies(patient: Patient) -> Iterator[Finding]:
    if not patient.ours:
        return
    newest = copy.newest(backups(patient.settings))
    made = None if newest is None else msgspec.json.decode((newest / copy.LIST).read_bytes(), type=copy.Listed).made_at
    if made is None or patient.now - made > OLDEST_BACKUP:
        since = "—" if made is None else f"{made.astimezone(UTC):%Y-%m-%d %H:%M}"
        yield Finding(
            "backup-old",
            False,
            f"最近的备份：{since}",
            f"The newest backup: {since}",
            "make backup，并把它存到另一台机器上",
            "`make backup`, and keep the copy on another machine",
            "restore",
        )


def calendar(patient: Patient) -> Iterator[Finding]:
    """The State Council names the holidays of a year in the November before; the package follows within days."""
    today = day_of(patient.now)
    if is_working_day(today)[1]:
        yield _no_calendar(today, grave=True)
    elif is_working_day(day_of(patient.now + AHEAD))[1]:
        yield _no_calendar(day_of(patient.now + AHEAD), grave=False)


def _no_calendar(day: date, *, grave: bool) -> Finding:
    return Finding(
        "calendar-missing",
        grave,
        f"没有 {day.year} 年的官方工作日历：期限按周一至周五计，并标为暂定",
        f"There is no official calendar of {day.year}: deadlines count weekdays, and are marked as provisional",
        "升级 chinese-calendar，再启动",
        "Upgrade chinese-calendar, then start again",
        "calendar-missing",
    )


def leaked(patient: Patient) -> Iterator[Finding]:
    """A member's key, or a password of the hub's, in a log: whoever reads logs could use it."""
    ours = [word.encode() for word in _words(patient)]
    for log in sorted(patient.settings.logs.glob("*.log*")):
        text = _tail(log)
        for key in sorted({bytes(found) for found in KEY.findall(text)}):
            key_id = key.split(b"_")[2].decode()
            yield Finding(
                "key-leaked",
                True,
                f"{log} 里有一把密钥（{key_id}）",
                f"A key ({key_id}) stands in {log}",
                f"make keys REVOKE={key_id}，给成员换新的，再删掉这份日志",
                f"`make keys REVOKE={key_id}`, give the member a new one, and delete the log",
                "key-stolen",
            )
        if any(word in text for word in ours):
            yield Finding(
                "secret-leaked",
                True,
                f"{log} 里有本中心的口令",
                f"A password of the hub's own stands in {log}",
                "停下，从 secrets.json 去掉这条口令（hub_key 除外），删掉日志，再启动即换新",
                "Stop, take that password (never hub_key) out of secrets.json, delete the log, and start: a new one is made",
                "key-stolen",
            )


def _words(patient: Patient) -> list[str]:
    given = patient.secrets
    return [
        given.superuser,
        given.owner,
        given.kafka_admin,
        given.kafka_controller,
        given.hub_key,
        *given.roles.values(),
        *given.kafka_users.values(),
    ]


def _tail(log: Path) -> bytes:
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - _TAIL))
        return stream.read()


def moment(text: object) -> datetime | None:
    """A moment in a log line, if it is one."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
