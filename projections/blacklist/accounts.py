"""Whose each account is, from the facts of both dossiers that it may be in. Pure, total, commutative."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from events.facts.dossier import AccountAttached, AccountDetached
from events.facts.fact import Fact
from projections.view import Delivery


class Account(msgspec.Struct, frozen=True, order=True, gc=False):
    """Whose an account is since the fact with this id. Of two rows of one account the one with the higher id holds."""

    id: int
    platform: str
    account: str
    subject_id: UUID


def account(fact: Fact, position: int) -> Account | None:
    """What the fact says of whose an account is, if anything.

    A detachment names the account's next subject, so whichever of the two dossiers is folded first, the map is right.
    """
    match fact:
        case AccountAttached(account=it):
            return Account(position, it.platform, it.account, fact.subject_id)
        case AccountDetached(account=it):
            return Account(position, it.platform, it.account, fact.to)
    return None


class Owner(NamedTuple):
    """Whose an account is, and which partition said so."""

    partition: int
    account: Account


class Owners:
    """Folds facts into whose each account is, in whatever order they come."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Owner] = {}

    def add(self, delivery: Delivery) -> None:
        it = account(delivery.fact, delivery.id)
        if it is None:
            return
        known = self._found.get((it.platform, it.account))
        if known is None or known.account.id < it.id:
            self._found[it.platform, it.account] = Owner(delivery.partition, it)

    def all(self) -> list[Owner]:
        """By platform and account: everybody who writes them locks them in one order."""
        return [owner for _, owner in sorted(self._found.items())]
