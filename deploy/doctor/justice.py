"""What waits for a person, and who may still be restricted without ground; and keys that are too old."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import psycopg

from deploy.doctor.finding import Finding
from deploy.doctor.patient import Patient
from deploy.local.access.roles import url
from projections.coverage.read import owing
from projections.reading import NotBuilt

OLD_KEY = timedelta(days=365)

_POISON = "SELECT count(*) FROM refusal WHERE kind = 'poison' AND settled_at IS NULL"
_REFUSED = (
    "SELECT member, count(*) FROM refusal WHERE kind = 'refused' AND settled_at IS NULL AND recorded_at > %s"
    " GROUP BY member ORDER BY count(*) DESC LIMIT 5"
)
_WAITS = (
    "SELECT count(*) FILTER (WHERE held), count(*) FILTER (WHERE undelivered), count(*) FILTER (WHERE answer_by < %s) FROM listing"
    " WHERE state NOT IN ('rejected', 'ended')"
)
_ERASURES = "SELECT count(*) FROM erasure WHERE done_at IS NULL"
_OLD = "SELECT count(*), min(key_id) FROM credential WHERE revoked_at IS NULL AND expires_at IS NULL AND created_at < %s"


def refusals(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    poison = _number(conn, _POISON)
    if poison:
        yield Finding(
            "poison",
            True,
            f"{poison} 条内部记录无法解析",
            f"{poison} records of internal topics could not be read",
            "make refusals；谁绕过 relay 写了内部主题？日志才是真相",
            "`make refusals`; who but the relay wrote there? The log is the truth",
            "poison-record",
        )
    waiting = conn.execute(_REFUSED, (patient.now - timedelta(days=7),)).fetchall()
    if waiting:
        who = ", ".join(f"{member} {count}" for member, count in waiting)
        yield Finding(
            "refusals-waiting",
            False,
            f"一周内被拒收的申报：{who}",
            f"Statements refused within a week: {who}",
            "make refusals 看原因；修好之后 make refusals REPLAY=all MEMBER=代码",
            "`make refusals` says why; after a fix, `make refusals REPLAY=all MEMBER=code`",
            "statements-refused",
        )


def waiting(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    held, undelivered, overdue = conn.execute(_WAITS, (patient.now,)).fetchone() or (0, 0, 0)
    if held:
        yield Finding(
            "breaker-held",
            False,
            f"熔断暂缓 {held} 件列名",
            f"The breaker holds {held} listings",
            "GET /v1/listings?held=true 逐件看原因，放行或驳回",
            "Read `GET /v1/listings?held=true`, and let each pass or reject it",
            "breaker-holding",
        )
    if undelivered:
        yield Finding(
            "notice-undelivered",
            False,
            f"{undelivered} 件告知书无法送达",
            f"{undelivered} notices could not be delivered",
            "由人送达或驳回；沉默不产生决定",
            "A person delivers or rejects them; silence decides nothing",
            "notice-undelivered",
        )
    if overdue:
        yield Finding(
            "answer-overdue",
            True,
            f"{overdue} 件申诉、异议或修复申请逾期未答",
            f"{overdue} objections, appeals or applications are past their day",
            "逾期即按所请办理；adjudicator 的时钟在走吗？",
            "What is overdue is granted; does the adjudicator's clock run?",
            "answers-due",
        )


def lifts(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    """By the view of coverage, which only its readers may read, not even the owner of the database."""
    reader = url(patient.reach.owner, user="regulator", password=patient.secrets.roles["regulator"])
    try:
        with psycopg.connect(reader, autocommit=True, connect_timeout=3) as reading:
            owed = owing(reading, patient.now)
    except NotBuilt:
        return
    late: Counter[str] = Counter()
    for (platform, action, age), count in owed.items():
        if action == "lift" and age != "fresh" and count:
            late[platform] += count
    for platform, count in sorted(late.items()):
        yield Finding(
            "lift-overdue",
            True,
            f"{platform} 有 {count} 条解除超过 60 秒未回应",
            f"{platform} has not answered {count} lifts for more than 60 s",
            "联系该平台：有人可能仍被无据限制；最后一条指令即可补齐",
            "Call the platform: somebody may be restricted without ground; the last directive is all it needs",
            "lift-unanswered",
        )


def erasures(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    due = _number(conn, _ERASURES)
    if due:
        yield Finding(
            "erasure-due",
            True,
            f"{due} 件删除请求未办",
            f"{due} requests to erase were not carried out",
            "make erase，逐件",
            "`make erase`, one by one",
            "vault-erasure-due",
        )


def old_keys(patient: Patient, conn: psycopg.Connection) -> Iterator[Finding]:
    count, example = conn.execute(_OLD, (patient.now - OLD_KEY,)).fetchone() or (0, None)
    if count:
        yield Finding(
            "key-old",
            False,
            f"{count} 把密钥用了一年以上（如 {example}）",
            f"{count} keys are older than a year ({example} is one)",
            "make key 发新的，成员换好后 make keys REVOKE=旧的",
            "`make key` gives a new one; `make keys REVOKE=old` once the member uses it",
            "key-stolen",
        )


def _number(conn: psycopg.Connection, query: str) -> int:
    row = conn.execute(query).fetchone()
    return 0 if row is None else int(row[0])
