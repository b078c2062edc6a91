"""The read door of the blacklist: lookups for replicas, the list and its changes as of any moment, one subject, its accounts."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
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
    "Place",
    "Shown",
    "Subject",
    "Vector",
    "Watch",
    "accounts",
    "changes",
    "changes_since",
    "cuts",
    "differences",
    "held",
    "page",
    "shown",
    "shown_until",
    "snapshot",
    "subject",
]  # fmt: skip

VIEW = "blacklist"
_NONE = UUID(int=0)
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


class Place(NamedTuple):
    """A place among the changes of the list, which are in the order of the hub's time."""

    at: datetime
    position: int


class Changes(msgspec.Struct, frozen=True):
    """Changes, the oldest first; `next` is the cursor for the next page, None at the end."""

    items: list[Change]
    next: Place | None


def changes_since(conn: psycopg.Connection, since: Vector | None) -> News:
    """For replicas: every subject and account changed beyond the vector, and the vector to ask with next time.

    Everything, with `reload`, for None or another generation's vector. Within `snapshot` several views are of one moment.
    """
    with snapshot(conn):
        view, new = vector(conn, VIEW, "dossier")
        if new == since:
            return News(new, reload=False, subjects=[], accounts=[])
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
        # The keys are found in an index alone; only the states of this page are read.
        query = live(conn, VIEW).sql(
            f"SELECT v.state FROM (SELECT subject_id, position {_listed(category, as_of)} AND tier = ANY(%(tiers)s)"
            " AND subject_id > %(cursor)s ORDER BY subject_id LIMIT %(limit)s) k"
            " JOIN {view}.version v USING (subject_id, position) ORDER BY subject_id"
        )
        tiers = [int(one) for one in (tier or Tier.RESTRICTED, tier or Tier.BLACKLISTED)]
        day = shanghai_day(as_of.moment or now)
        given = {"tiers": tiers, "day": day, "cursor": cursor or _NONE, "limit": limit + 1, **_moment(as_of)}
        # Planned for these values: with few listed then another way is the shorter one.
        found = _subjects(conn.execute(query, given, prepare=False))
    return Page(found[:limit], found[limit - 1].subject_id if len(found) > limit else None)


def changes(conn: psycopg.Connection, start: datetime, end: datetime, *, cursor: Place | None = None, limit: int = 100) -> Changes:
    """How the list changed after `start` and until `end`, both by the hub's time: each directive's effect, with what it was before.

    A last day that passes is shown by the list at once, and here when the fact of it comes.
    """
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT v.at, v.position, v.state, (SELECT p.state FROM {view}.version p"
            " WHERE p.subject_id = v.subject_id AND p.position < v.position ORDER BY p.position DESC LIMIT 1)"
            f" FROM {_CHANGED}"
        )
        rows = conn.execute(query, _span(start, end, cursor, limit), prepare=False).fetchall()
    items = [Change(None if before is None else _decode(before), _decode(after)) for _, _, after, before in rows[:limit]]
    return Changes(items, Place(*rows[limit - 1][:2]) if len(rows) > limit else None)


def differences(conn: psycopg.Connection, start: datetime, end: datetime, *, cursor: Place | None = None, limit: int = 100) -> Changes:
    """Whose place is another at `end` than at `start`, whatever happened between: by the first change of each.

    A page may hold fewer than `limit`, because who came back to his place is left out; there are no more when `next` is None.
    """
    with snapshot(conn):
        first = (
            "NOT EXISTS (SELECT FROM {view}.version p WHERE p.subject_id = v.subject_id AND p.changed"
            " AND p.at > %(start)s AND p.position < v.position)"
        )
        query = live(conn, VIEW).sql(
            f"SELECT v.at, v.position, {_state_at('end')}, {_state_at('start')}"
            f" FROM {_CHANGED.replace('v.changed', f'v.changed AND {first}')}"
        )
        rows = conn.execute(query, _span(start, end, cursor, limit), prepare=False).fetchall()
    found = [Change(None if before is None else _decode(before), _decode(after)) for _, _, after, before in rows[:limit]]
    items = [one for one in found if (shown(one.before, start) if one.before else Shown()) != shown(one.after, end)]
    return Changes(items, Place(*rows[limit - 1][:2]) if len(rows) > limit else None)


def _state_at(moment: str) -> str:
    return (
        f"(SELECT w.state FROM {{view}}.version w WHERE w.subject_id = v.subject_id AND w.at <= %({moment})s"
        " ORDER BY w.position DESC LIMIT 1)"
    )


_CHANGED = (
    "{view}.version v WHERE v.changed AND v.at > %(start)s AND v.at <= %(end)s AND (v.at, v.position) > (%(at)s, %(position)s)"
    " ORDER BY v.at, v.position LIMIT %(limit)s"
)


def _span(start: datetime, end: datetime, cursor: Place | None, limit: int) -> dict[str, object]:
    at, position = cursor or Place(start, 0)
    return {"start": start, "end": end, "at": at, "position": position, "limit": limit + 1}


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
            f"SELECT state FROM {{view}}.version WHERE subject_id = %(subject)s AND {held(as_of)} ORDER BY position DESC LIMIT 1"
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


def _listed(category: Category | None, as_of: AsOf) -> str:
    """Who was on the list then. The category stands in the text, as it does in its index: it is one of a closed list."""
    about = "" if category is None else f" AND categories @> '{{{{{category.value}}}}}'::text[]"
    return f"FROM {{view}}.version WHERE tier >= 2{about} AND (until >= %(day)s OR until IS NULL) AND {held(as_of)}"


def held(as_of: AsOf) -> str:
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
