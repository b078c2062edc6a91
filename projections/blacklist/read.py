"""The read door of the blacklist: lookups for replicas, the list and its changes as of any moment, one subject, its accounts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
import psycopg

from events.facts.fact import Category, Tier
from projections.blacklist.accounts import Account
from projections.blacklist.fold import OpenListing, Subject, Watch
from projections.blacklist.shown import Shown, shown, shown_until
from projections.day import shanghai_day
from projections.reading import NotBuilt, Vector, live, rows_of, snapshot, vector

__all__ = [
    "CURRENT",
    "Account",
    "AsOf",
    "Change",
    "Changes",
    "News",
    "NotBuilt",
    "OpenListing",
    "Page",
    "Shown",
    "Subject",
    "Vector",
    "Watch",
    "accounts",
    "changes",
    "changes_since",
    "count",
    "cuts",
    "page",
    "shown",
    "shown_until",
    "snapshot",
    "subject",
]  # fmt: skip

VIEW = "blacklist"
_decode = msgspec.json.Decoder(Subject).decode


class News(msgspec.Struct, frozen=True):
    """What is new beyond a vector. `reload`: it is everything there is, and replaces all that the replica holds."""

    vector: Vector
    reload: bool
    subjects: list[Subject]
    accounts: list[Account]


class AsOf(msgspec.Struct, frozen=True):
    """What was known by a moment, or by a position in the log; with neither, what is known now."""

    moment: datetime | None = None
    position: int | None = None


CURRENT = AsOf()


class Page(msgspec.Struct, frozen=True):
    """Subjects on the list in the order of their ids; `next` is the cursor for the next page, None at the end."""

    items: list[Subject]
    next: UUID | None


class Change(msgspec.Struct, frozen=True):
    """One change of the list. `before` is None when nothing was known of the subject."""

    before: Subject | None
    after: Subject


class Changes(msgspec.Struct, frozen=True):
    """Changes in the order of their positions; `next` is the cursor for the next page, None at the end."""

    items: list[Change]
    next: int | None


def changes_since(conn: psycopg.Connection, since: Vector | None) -> News:
    """For replicas: every subject and account changed beyond the vector, and the vector to ask with next time.

    Everything, with `reload`, for None or another generation's vector. Within `snapshot` several views are of one moment.
    """
    with snapshot(conn):
        view, new = vector(conn, VIEW, "dossier")
        reload = since is None or since.generation != new.generation or since.positions.keys() != new.positions.keys()
        had = Vector(0, dict.fromkeys(new.positions, -1)).beyond() if since is None or reload else since.beyond()
        beyond = "FROM unnest(%b::int[], %b::bigint[]) AS had(partition, id)"
        versions = view.sql(
            f"SELECT v.state {beyond} JOIN {{view}}.version v ON v.partition = had.partition AND v.position > had.id"
            " WHERE v.next_position IS NULL"
        )
        owners = view.sql(
            f"SELECT a.id, a.platform, a.account, a.subject_id {beyond}"
            " JOIN {view}.account a ON a.partition = had.partition AND a.id > had.id"
        )
        subjects = [_decode(state) for (state,) in rows_of(conn, versions, had, many=reload)]
        accounts = [Account(*row) for row in rows_of(conn, owners, had, many=reload)]
    return News(new, reload, subjects, accounts)


def page(
    conn: psycopg.Connection,
    now: datetime,
    *,
    tier: Tier | None = None,
    category: Category | None = None,
    as_of: AsOf = CURRENT,
    cursor: UUID | None = None,
    limit: int = 100,
) -> Page:
    """The list: tier restricted and blacklisted, or one of them. With a past moment, the list as it was shown then."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            f"SELECT state {_listed(as_of)} AND (subject_id > %(cursor)s OR %(cursor)s::uuid IS NULL) ORDER BY subject_id LIMIT %(limit)s"
        )
        filters = _filters(now, tier, category, as_of) | {"cursor": cursor, "limit": limit + 1}
        found = _subjects(conn.execute(query, filters))
    return Page(found[:limit], found[limit - 1].subject_id if len(found) > limit else None)


def count(
    conn: psycopg.Connection,
    now: datetime,
    *,
    tier: Tier | None = None,
    category: Category | None = None,
    as_of: AsOf = CURRENT,
) -> int:
    """How many there are on all pages."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(f"SELECT count(*) {_listed(as_of)}")
        (found,) = conn.execute(query, _filters(now, tier, category, as_of)).fetchall()
    return int(found[0])


def changes(conn: psycopg.Connection, start: datetime, end: datetime, *, cursor: int = 0, limit: int = 100) -> Changes:
    """How the list changed after `start` and until `end`, both by the hub's time: each directive's effect, with what it was before.

    A last day that passes is shown by the list at once, and here when the fact of it comes.
    """
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT v.position, v.state, (SELECT p.state FROM {view}.version p"
            " WHERE p.subject_id = v.subject_id AND p.position < v.position ORDER BY p.position DESC LIMIT 1)"
            " FROM {view}.version v"
            " WHERE v.changed AND v.at > %s AND v.at <= %s AND v.position > %s ORDER BY v.position LIMIT %s"
        )
        rows = conn.execute(query, (start, end, cursor, limit + 1)).fetchall()
    items = [Change(None if before is None else _decode(before), _decode(after)) for _, after, before in rows[:limit]]
    return Changes(items, rows[limit - 1][0] if len(rows) > limit else None)


def cuts(conn: psycopg.Connection, since: datetime, now: datetime, limit: int) -> list[datetime]:
    """The ends of the minutes, after `since` and all over by `now`, in which the list changed; the latest first."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT DISTINCT date_trunc('minute', at) + interval '1 minute' FROM {view}.version"
            " WHERE changed AND at > %s AND at < date_trunc('minute', %s::timestamptz) ORDER BY 1 DESC LIMIT %s"
        )
        return [cut for (cut,) in conn.execute(query, (since, now, limit))]


def subject(conn: psycopg.Connection, subject_id: UUID, as_of: AsOf = CURRENT) -> Subject | None:
    """What was known of one subject; None when it had no dossier. Show it with `shown`."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            f"SELECT state FROM {{view}}.version WHERE subject_id = %(subject)s AND {_held(as_of)} ORDER BY position DESC LIMIT 1"
        )
        found = _subjects(conn.execute(query, {"subject": subject_id} | _moment(as_of)))
    return found[0] if found else None


def accounts(conn: psycopg.Connection, subject_id: UUID) -> tuple[Account, ...]:
    """The subject's accounts now, by platform and account."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            'SELECT id, platform, account, subject_id FROM {view}.account WHERE subject_id = %s ORDER BY platform, account COLLATE "C"'
        )
        return tuple(Account(*row) for row in conn.execute(query, (subject_id,)))


def _listed(as_of: AsOf) -> str:
    """Who was on the list then."""
    return (
        "FROM {view}.version WHERE tier >= 2"
        " AND (tier = %(tier)s OR %(tier)s::smallint IS NULL) AND (until >= %(day)s OR until IS NULL)"
        " AND (%(category)s::text IS NULL OR %(category)s = ANY (categories))"
        f" AND {_held(as_of)}"
    )


def _filters(now: datetime, tier: Tier | None, category: Category | None, as_of: AsOf) -> dict[str, object]:
    day = shanghai_day(as_of.moment or now)
    return {"tier": None if tier is None else int(tier), "day": day, "category": category and category.value} | _moment(as_of)


def _held(as_of: AsOf) -> str:
    """The condition under which a version held then. Of versions made at one moment the last one holds."""
    if as_of.position is not None:
        return "position <= %(position)s AND (next_position > %(position)s OR next_position IS NULL)"
    if as_of.moment is not None:
        return "at <= %(moment)s AND (next_at > %(moment)s OR next_at IS NULL)"
    return "next_position IS NULL"


def _moment(as_of: AsOf) -> dict[str, object]:
    return {"moment": as_of.moment, "position": as_of.position}


def _subjects(rows: Iterable[tuple[bytes]]) -> list[Subject]:
    return [_decode(state) for (state,) in rows]
