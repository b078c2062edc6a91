"""The second read door of the blacklist: whom a person looks for, by credit code, account or name. A name never identifies."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

import msgspec
import psycopg

from events.facts.fact import NS_SUBJECT
from projections.blacklist.fold import Subject
from projections.blacklist.read import CURRENT, AsOf, held
from projections.day import shanghai_day
from projections.reading import live, snapshot

VIEW = "blacklist"
COMMON = frozenset({"有限", "限公", "公司", "责任", "任公", "股份", "份有", "限责", "商贸", "贸有", "科技", "技有", "贸易", "易有"})
"""Pairs that half of all companies' names have: they say nothing about whose name it is."""
MOST = 300
_decode = msgspec.json.Decoder(Subject).decode


def grams(name: str) -> list[str]:
    name = name.lower()
    return sorted({name[i : i + 2] for i in range(len(name) - 1)})


def telling(name: str) -> list[str]:
    """The pairs of characters that say something about whose name it is."""
    return [gram for gram in grams(name) if gram not in COMMON]


def by_uscc(uscc: str) -> UUID:
    """The id of the subject with this credit code, whether it has a dossier or not."""
    return uuid5(NS_SUBJECT, uscc)


def by_account(conn: psycopg.Connection, platform: str, account: str) -> UUID | None:
    with snapshot(conn):
        query = live(conn, VIEW).sql("SELECT subject_id FROM {view}.account WHERE platform = %s AND account = %s")
        row = conn.execute(query, (platform, account)).fetchone()
    return None if row is None else row[0]


def by_name(conn: psycopg.Connection, name: str, now: datetime, as_of: AsOf = CURRENT) -> list[Subject]:
    """Who was listed then and has all telling pairs of characters of this name, or else some of them; in no order, at most MOST.

    Nobody for a name that has none: half of all would be found, and none of them meant.
    """
    wanted = telling(name)
    if not wanted:
        return []
    return _having(conn, "@>", wanted, now, as_of) or _having(conn, "&&", wanted, now, as_of)


def _having(conn: psycopg.Connection, how: Literal["@>", "&&"], wanted: list[str], now: datetime, as_of: AsOf) -> list[Subject]:
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT state FROM {view}.version WHERE tier >= 2 AND (until >= %(day)s OR until IS NULL)"
            f" AND {held(as_of)} AND {{view}}.name_grams(state) {how} %(wanted)s LIMIT {MOST}"
        )
        given = {"day": shanghai_day(as_of.moment or now), "wanted": wanted, "moment": as_of.moment, "position": as_of.position}
        return [_decode(state) for (state,) in conn.execute(query, given, prepare=False)]
