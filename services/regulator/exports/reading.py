"""Reads for exports: each begins with its audit row, and goes through the list as of one past moment, so that it stays the same."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from psycopg_pool import ConnectionPool

from events.facts.dossier import SanctionWeighed
from events.facts.fact import DossierFact
from events.transport import store
from projections.blacklist import read as blacklist
from services.regulator.application import Reading, audited
from services.regulator.exports.police import Case, Recorded

PAGE = 1000
KEPT = timedelta(days=7)
"""For so long a reader can follow by deltas; whoever was away for longer reads the whole list again."""
MOST_VERSIONS = 1000


class Exporter:
    """Used by several threads."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def listed(self, reading: Reading, resource: str, moment: datetime) -> Iterator[blacklist.Subject]:
        """Everybody on the list as of a moment that is over. The audit row is committed when this returns."""
        first = self._page(reading, resource, moment)
        return self._on(first, moment)

    def versions(self, reading: Reading) -> list[datetime]:
        """The moments of which the list can be had, the latest first; each is the end of a minute in which it changed."""
        with audited(self._pool, reading, "exports/versions") as conn:
            return blacklist.cuts(conn, reading.at - KEPT, reading.at, MOST_VERSIONS)

    def changes(self, reading: Reading, since: datetime, until: datetime) -> Iterator[blacklist.Change]:
        """Every subject that changed between two moments, with what it was at the first and what it is at the second."""
        changed: dict[UUID, blacklist.Change] = {}
        with audited(self._pool, reading, f"exports/delta?from={since.isoformat()}&to={until.isoformat()}") as conn:
            page = blacklist.changes(conn, since, until, limit=PAGE)
            while True:
                for change in page.items:
                    before = changed.get(change.after.subject_id, change).before
                    changed[change.after.subject_id] = blacklist.Change(before, change.after)
                if page.next is None:
                    break
                page = blacklist.changes(conn, since, until, cursor=page.next, limit=PAGE)
        return iter(changed.values())

    def case(self, reading: Reading, subject_id: UUID) -> Case | None:
        """Everything that the log holds of one subject: its dossier, and the statements that its facts follow from."""
        with audited(self._pool, reading, f"exports/police/{subject_id}") as conn:
            subject = blacklist.subject(conn, subject_id)
            if subject is None:
                return None
            accounts = blacklist.accounts(conn, subject_id)
            dossier = store.load(conn, [subject_id]).get(subject_id, [])
            causes = {fact.cause for _, _, fact in dossier if isinstance(fact, DossierFact) and fact.cause is not None}
            causes |= {fact.weighing.id for _, _, fact in dossier if isinstance(fact, SanctionWeighed)}
            said = [one for facts in store.load(conn, causes).values() for one in facts]
        facts = sorted((Recorded(position, fact) for _, position, fact in (*dossier, *said)), key=lambda one: one.position)
        return Case(subject, accounts, facts)

    def _page(self, reading: Reading, resource: str, moment: datetime) -> blacklist.Page:
        with audited(self._pool, reading, resource) as conn:
            return blacklist.page(conn, moment, as_of=blacklist.AsOf(moment=moment), limit=PAGE)

    def _on(self, page: blacklist.Page, moment: datetime) -> Iterator[blacklist.Subject]:
        yield from page.items
        while page.next is not None:
            with self._pool.connection() as conn:
                page = blacklist.page(conn, moment, as_of=blacklist.AsOf(moment=moment), cursor=page.next, limit=PAGE)
            yield from page.items
