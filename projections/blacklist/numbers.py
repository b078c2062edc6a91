"""The third read door of the blacklist: how many are on the list, on any day, by tier and category. Nobody is counted: sums are kept."""

from collections import defaultdict
from datetime import datetime, timedelta

import msgspec
import psycopg

from events.facts.fact import Category, Tier
from projections.blacklist.counts import ANY
from projections.day import shanghai_day
from projections.reading import live, snapshot

VIEW = "blacklist"


class Level(msgspec.Struct, frozen=True):
    """How many were at a tier at the end of a day (of today: are now), whatever for, or for one category."""

    day: str
    tier: Tier
    category: Category | None
    count: int


def count(conn: psycopg.Connection, moment: datetime, *, tier: Tier | None = None, category: Category | None = None) -> int:
    """How many were on the list at the end of the moment's day; of today, how many are now."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT coalesce(sum(n), 0)::bigint FROM {view}.turn"
            " WHERE (tier = %(tier)s OR %(tier)s::smallint IS NULL) AND category = %(category)s AND day <= %(day)s"
        )
        chosen = {"tier": tier and int(tier), "category": category.value if category else ANY, "day": shanghai_day(moment)}
        rows = conn.execute(query, chosen).fetchall()
    return int(rows[0][0])


def levels(conn: psycopg.Connection, since: datetime, now: datetime) -> list[Level]:
    """How many stood at each tier, in all and for each category, at the end of every day since then; days of Asia/Shanghai."""
    first, last = shanghai_day(since), shanghai_day(now)
    turned: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT tier, category, greatest(day, %(first)s::date)::text, sum(n)::bigint FROM {view}.turn"
            " WHERE day <= %(last)s GROUP BY 1, 2, 3"
        )
        for tier, category, day, n in conn.execute(query, {"first": first, "last": last}):
            turned[tier, category][day] = n
    days = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    found: list[Level] = []
    for (tier, category), of in sorted(turned.items()):
        number = 0
        for day in days:
            number += of.get(day, 0)
            found.append(Level(day, Tier(tier), Category(category) if category != ANY else None, number))
    return found
