"""The second read door of the blacklist: whom a person looks for, by credit code, account or name. A name never identifies."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

import msgspec
import psycopg

from events.facts.fact import NS_SUBJECT, Tier
from projections.blacklist.fold import Subject
from projections.day import shanghai_day
from projections.reading import live, snapshot

VIEW = "blacklist"
COMMON = frozenset({"有限", "限公", "公司", "责任", "任公", "股份", "份有", "限责", "商贸", "贸有", "科技", "技有", "贸易", "易有"})
"""Pairs that half of all companies' names have: they say nothing about whose name it is."""
MOST = 300
_decode = msgspec.json.Decoder(Subject).decode


class Level(msgspec.Struct, frozen=True):
    """How many were at a tier at the end of a day."""

    day: str
    tier: Tier
    count: int


def grams(name: str) -> list[str]:
    name = name.lower()
    return sorted({name[i : i + 2] for i in range(len(name) - 1)})


def by_uscc(uscc: str) -> UUID:
    """The id of the subject with this credit code, whether it has a dossier or not."""
    return uuid5(NS_SUBJECT, uscc)


def by_account(conn: psycopg.Connection, platform: str, account: str) -> UUID | None:
    with snapshot(conn):
        query = live(conn, VIEW).sql("SELECT subject_id FROM {view}.account WHERE platform = %s AND account = %s")
        row = conn.execute(query, (platform, account)).fetchone()
    return None if row is None else row[0]


def by_name(conn: psycopg.Connection, name: str, now: datetime) -> list[Subject]:
    """Listed subjects whose name has all pairs of characters of this one, or else some that say something; in no order, at most MOST."""
    wanted = grams(name)
    if not wanted:
        return []
    found = _having(conn, "@>", wanted, now)
    telling = [gram for gram in wanted if gram not in COMMON]
    return found if found or not telling else _having(conn, "&&", telling, now)


def _having(conn: psycopg.Connection, how: Literal["@>", "&&"], wanted: list[str], now: datetime) -> list[Subject]:
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT state FROM {view}.version WHERE next_position IS NULL AND tier >= 2 AND (until >= %s OR until IS NULL)"
            f" AND {{view}}.name_grams(state) {how} %s LIMIT {MOST}"
        )
        return [_decode(state) for (state,) in conn.execute(query, (shanghai_day(now), wanted))]


def levels(conn: psycopg.Connection, since: datetime, now: datetime) -> list[Level]:
    """How many stood at each tier at the end of every day since then, by the hub's time; whole days of Asia/Shanghai."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT d.day::date::text, v.tier, sum(v.n)::bigint FROM"
            " (SELECT generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day) d"
            " JOIN (SELECT tier, (at AT TIME ZONE 'Asia/Shanghai')::date AS began, (next_at AT TIME ZONE 'Asia/Shanghai')::date AS ended,"
            " until, count(*) AS n FROM {view}.version WHERE tier >= 2 GROUP BY 1, 2, 3, 4) v"
            " ON v.began <= d.day AND (v.ended > d.day OR v.ended IS NULL) AND (v.until >= d.day OR v.until IS NULL)"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        )
        rows = conn.execute(query, {"first": shanghai_day(since), "last": shanghai_day(now)})
        return [Level(day, Tier(tier), count) for day, tier, count in rows]


def by_category(conn: psycopg.Connection, now: datetime) -> list[tuple[str, Tier, int]]:
    """How many are listed now for each category and tier; whoever is listed for two counts in both."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT category, tier, count(*) FROM {view}.version, unnest(categories) category"
            " WHERE next_position IS NULL AND tier >= 2 AND (until >= %s OR until IS NULL) GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [(category, Tier(tier), count) for category, tier, count in conn.execute(query, (shanghai_day(now),))]
