"""A hub with a million listed subjects, made in bulk: rows as the views write them, and what people and the audit leave behind."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from stdnum.cn.uscc import calc_check_digit

from events.facts.directive import Reason
from events.facts.dossier import AccountRef
from events.facts.fact import Category, Measure, Tier
from events.facts.listing import MeasureUntil
from projections import generation
from projections.blacklist.counts import Turn, turns
from projections.blacklist.fold import OpenListing, Subject
from projections.blacklist.table import VIEW as BLACKLIST
from projections.blacklist.versions import Version
from projections.casefile.table import VIEW as CASEFILE
from projections.coverage.table import VIEW as COVERAGE
from projections.credit.table import VIEW as CREDIT
from projections.view import View
from tests.services.regulator.dossiers import weighing

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
"""Of today, so that nobody's term has run out when the list is read."""
DAYS = 700
SHARES = {
    Category.FRAUD: 40, Category.COUNTERFEIT: 25, Category.NON_DELIVERY: 15, Category.UNSAFE_GOODS: 10, Category.FALSE_ADVERTISING: 5,
    Category.INFRINGEMENT: 3, Category.CREDIT_FRAUD: 1.5, Category.PRIVACY: 0.45, Category.MISLISTING: 0.05,
}  # fmt: skip
SYLLABLES = "云海天元和顺德兴隆泰安康宁福瑞祥丰华盛达通利源信诚美佳优品百货贸易科技电子食品服饰母婴家居数码农产茶叶酒业珠宝"
_encode = msgspec.json.Encoder().encode


class One(NamedTuple):
    """A subject of the million: what people would look for him by, and when he was listed."""

    subject_id: UUID
    uscc: str
    account: str
    name: str
    at: datetime


def fill(owner: psycopg.Connection, listed: int, seed: int = 7) -> list[One]:
    """Everything; a sample of who is listed. Indexes are made after their rows."""
    chance = random.Random(seed)
    for view in (BLACKLIST, CASEFILE, COVERAGE, CREDIT):
        generation.first(owner, view)
        _without_indexes(owner, view)
    sample: list[One] = []
    turned: Counter[Turn] = Counter()
    with owner.cursor() as cursor:
        with cursor.copy("COPY blacklist_1.version FROM STDIN") as copy:
            for number in range(listed + listed // 10):
                one, versions = _subject(chance, number, ended=number >= listed)
                for version in versions:
                    copy.write_row(_row(version))
                turned.update(turns(versions))
                if number % (listed // 2000 or 1) == 0 and number < listed:
                    sample.append(one)
        with cursor.copy("COPY blacklist_1.turn FROM STDIN") as copy:
            for turn, n in turned.items():
                copy.write_row((*turn, n))
    _beside(owner)
    for view in (BLACKLIST, CASEFILE, COVERAGE, CREDIT):
        _indexes(owner, view)
    owner.execute("VACUUM ANALYZE")
    owner.execute("CHECKPOINT")
    return sample


def forget(data: Path) -> None:
    """Let the system forget the files of a server that is down: the next reads come from the disk."""
    for file in data.rglob("*"):
        if file.is_file():
            handle = os.open(file, os.O_RDONLY)
            try:
                os.fsync(handle)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)


def _subject(chance: random.Random, number: int, *, ended: bool) -> tuple[One, list[Version]]:
    subject_id = UUID(int=chance.getrandbits(128))
    listed_at = NOW - timedelta(seconds=chance.randrange(3600, DAYS * 86400))
    name = "".join(chance.choices(SYLLABLES, k=4)) + chance.choice(("有限公司", "商贸有限公司", "科技有限公司", "网络科技有限公司"))
    account, code = f"shop-{number}", f"91110000{number:09d}"
    uscc = code + calc_check_digit(code)
    tier = Tier.BLACKLISTED if chance.random() < 0.03 else Tier.RESTRICTED
    until = (NOW + timedelta(days=chance.randrange(3, 400))).date()
    listing_id = UUID(int=chance.getrandbits(128))
    category = chance.choices(list(SHARES), list(SHARES.values()))[0]
    known = Subject(
        subject_id=subject_id, position=3 * number + 1, at=listed_at - timedelta(days=8), uscc=uscc, name=name, kind="enterprise",
        accounts=(AccountRef("tmall", account),), listings=(OpenListing(listing_id, (category,)),),
    )  # fmt: skip
    restricted = msgspec.structs.replace(
        known, position=3 * number + 2, at=listed_at, seq=1, tier=tier, measures=(MeasureUntil(Measure.LIMIT, until),),
        reasons=(Reason("TWO_PLATFORMS_SEVERE", "两个平台均有严重处罚", "Severe sanctions on two platforms"),), since=listed_at.date(),
        until=until, decision=f"LC-{number}", rulebook="2026.1", listings=(OpenListing(listing_id, (category,), True),),
    )  # fmt: skip
    versions = [Version(number % 4, None, known, restricted), Version(number % 4, known, restricted)]
    if ended:
        at = listed_at + (NOW - listed_at) * chance.random()
        free = msgspec.structs.replace(
            known, position=3 * number + 3, at=at, seq=2, lift=True, listings=(), rulebook="2026.1", reasons=(), measures=()
        )
        versions = [versions[0], versions[1]._replace(after=free), Version(number % 4, restricted, free)]
    return One(subject_id, uscc, account, name, listed_at), versions


def _row(version: Version) -> tuple[Any, ...]:
    it, after = version.state, version.after
    return (
        it.subject_id, it.position, version.partition, it.at, after and after.position, after and after.at, int(it.tier), it.until,
        [category.value for category in it.categories], version.changed, _encode(it),
    )  # fmt: skip


def _beside(owner: psycopg.Connection) -> None:
    """Accounts, what platforms were told and answered, scores, the facts of each dossier, listings of adjudication, a long audit."""
    entry = weighing(UUID(int=1), "tmall", Category.FRAUD, NOW - timedelta(days=30))
    ledger = _encode({"subject_id": UUID(int=1), "weighing": entry, "recorded_id": 2, "recorded_at": NOW - timedelta(days=30)}).decode()
    told = '{"subject_id":"@","platform":"tmall","sent":{"seq":1,"at":"2026-11-01T00:00:00Z","action":"restrict","tier":2}}'
    current = "FROM blacklist_1.version WHERE tier >= 2 AND next_position IS NULL"
    for statement in BESIDE.split(";\n"):
        given = {"told": told, "ledger": ledger} if "%(" in statement else None
        owner.execute(statement.replace("@listed", current).encode(), given)


BESIDE = """
INSERT INTO blacklist_1.account SELECT 'tmall', 'shop-' || (position / 3), subject_id, position, partition @listed;
INSERT INTO coverage_1.coverage SELECT subject_id, p, NULL, NULL, position, 'enforced', convert_to(replace(replace(%(told)s, '@',
    subject_id::text), 'tmall', p), 'UTF8') FROM unnest(ARRAY['tmall', 'pdd']) p, (SELECT subject_id, position @listed) v;
INSERT INTO coverage_1.tally SELECT platform, last_state, '', count(*) FROM coverage_1.coverage GROUP BY 1, 2;
INSERT INTO credit_1.entry SELECT subject_id, subject_id, position, partition, position, convert_to(replace(%(ledger)s,
    '00000000-0000-0000-0000-000000000001', subject_id::text), 'UTF8') @listed;
INSERT INTO casefile_1.step SELECT position * 4 + n, position, at, w, NULL, NULL, CASE WHEN n = 1 THEN 's' END, subject_id, NULL,
    '{}' FROM unnest(ARRAY['sanction.weighed.v1', 'directive.issued.v1']) WITH ORDINALITY
    AS f(w, n), (SELECT subject_id, position, at @listed) v;
INSERT INTO casefile_1.said SELECT (at AT TIME ZONE 'Asia/Shanghai')::date, 0, count(*) FROM casefile_1.step WHERE statement IS
    NOT NULL GROUP BY 1;
INSERT INTO listing (listing_id, subject_id, tier, state, undelivered, objected, contested, proposed_at) SELECT gen_random_uuid(),
    subject_id, tier, CASE position % 50 WHEN 0 THEN 'served' WHEN 1 THEN 'proposed' ELSE 'decided' END, position % 1000 = 7, position
    % 500 = 3, false, at - interval '8 days' @listed;
INSERT INTO audit (at, actor, purpose, resource) SELECT at, 'reader-' || (position % 50), '专项检查', 'subjects/' || subject_id
    @listed ORDER BY at
"""


def _split(view: View) -> Iterator[tuple[str, bool]]:
    """Each statement of the view's schema, and whether it makes an index that no row needs while it is written."""
    for statement in view.schema_sql.split(";\n"):
        lines = [line for line in statement.splitlines() if not line.startswith("--")]
        text = "\n".join(lines).strip()
        if text:
            yield text, text.startswith("CREATE INDEX")


def _without_indexes(owner: psycopg.Connection, view: View) -> None:
    for text, index in _split(view):
        if index:
            owner.execute(f"DROP INDEX {view.name}_1.{text.split()[2]}".encode())


def _indexes(owner: psycopg.Connection, view: View) -> None:
    with owner.transaction():
        owner.execute(f"SET LOCAL search_path TO {view.name}_1, public; SET LOCAL maintenance_work_mem TO '512MB'".encode())
        for text, index in _split(view):
            if index:
                owner.execute(text.encode())


def enrol(owner: psycopg.Connection, code: str, member_class: str) -> str:
    """A key of a new member."""
    owner.execute("INSERT INTO member (code, class, entity, enrolled_at) VALUES (%s, %s, %s, now())", (code, member_class, code))
    owner.execute("INSERT INTO credential VALUES (%s, %s, %s, now())", (f"k{code}", code, sha256(b"secret").digest()))
    return f"lc_{code}_k{code}_secret"
