"""The ledger of a subject: each weighing with when it came in and when it stopped to weigh. Pure, total."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from events.facts.dossier import AccountDetached, Discount, SanctionDiscounted, SanctionWeighed, Weighing, WeighingCarried
from events.facts.fact import Fact


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A weighing in a subject's ledger, from the fact that brought it to the fact that ended it.

    One that leaves with its account and comes back later is two entries.
    """

    subject_id: UUID
    weighing: Weighing
    recorded_id: int
    recorded_at: datetime
    origin: UUID | None = None
    """The dossier that it was carried from, with its account."""
    ended_id: int | None = None
    ended_at: datetime | None = None
    why: Discount | None = None

    @property
    def position(self) -> int:
        """Notification id of the last fact that changed the entry."""
        return self.recorded_id if self.ended_id is None else self.ended_id


def evolve(ledger: Mapping[UUID, Entry], fact: Fact, position: int) -> tuple[Entry, ...]:
    """The entries that the fact adds or changes. `ledger` has the subject's newest entry of each weighing that the fact names."""
    match fact:
        case SanctionWeighed(weighing=it):
            new = Entry(subject_id=fact.subject_id, weighing=it, recorded_id=position, recorded_at=fact.at)
            return (new,) if _fits(ledger.get(it.id), position) else ()
        case WeighingCarried(weighing=it):
            new = Entry(subject_id=fact.subject_id, weighing=it, recorded_id=position, recorded_at=fact.at, origin=fact.origin)
            if fact.discounted is not None:
                new = _ended(new, position, fact.at, fact.discounted)
            return (new,) if _fits(ledger.get(it.id), position) else ()
        case SanctionDiscounted(weighing=weighing):
            entry = ledger.get(weighing)
            return (_ended(entry, position, fact.at, fact.why),) if _open(entry, position) and entry is not None else ()
        case AccountDetached(account=account):
            leaving = [entry for entry in ledger.values() if entry.weighing.account == account and _open(entry, position)]
            return tuple(_ended(entry, position, fact.at, "detached") for entry in leaving)
    return ()


def _fits(newest: Entry | None, position: int) -> bool:
    """A weighing comes in once; again only after it had left."""
    return newest is None or (newest.ended_id is not None and newest.why == "detached" and newest.position < position)


def _open(entry: Entry | None, position: int) -> bool:
    return entry is not None and entry.ended_id is None and entry.recorded_id < position


def _ended(entry: Entry, position: int, at: datetime, why: Discount) -> Entry:
    return msgspec.structs.replace(entry, ended_id=position, ended_at=at, why=why)
