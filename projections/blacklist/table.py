"""Writes the blacklist: the new versions of each subject a batch of facts is about, and whose its accounts are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg import Connection

from events.facts.fact import DossierFact, Tier
from projections.blacklist.fold import Account, Subject, account, evolve
from projections.view import Delivery, View, schema_sql, within

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Subject).decode


class Version(NamedTuple):
    """A state that a subject came to, the state before, and the state that it went on to in the same batch."""

    partition: int
    before: Subject | None
    state: Subject
    after: Subject | None = None


class Placed(NamedTuple):
    """Whose an account is, and which partition said so."""

    partition: int
    account: Account


def versions(current: dict[UUID, Subject], facts: Iterable[Delivery]) -> list[Version]:
    """The versions that the facts add, in their order; `current` is brought up to date."""
    found: list[Version] = []
    newest: dict[UUID, int] = {}
    for delivery in facts:
        if not isinstance(delivery.fact, DossierFact):
            continue
        subject_id = delivery.fact.subject_id
        before = current.get(subject_id)
        state = evolve(before, delivery.fact, delivery.id)
        if state is None or state is before:
            continue
        current[subject_id] = state
        if subject_id in newest:
            found[newest[subject_id]] = found[newest[subject_id]]._replace(after=state)
        newest[subject_id] = len(found)
        found.append(Version(delivery.partition, before, state))
    return found


def owners(facts: Iterable[Delivery]) -> list[Placed]:
    """Whose each account is after the facts, in whatever order they came."""
    found: dict[tuple[str, str], Placed] = {}
    for delivery in facts:
        it = account(delivery.fact, delivery.id)
        if it is not None and (it.platform, it.account) not in found or it is not None and found[it.platform, it.account].account.id < it.id:
            found[it.platform, it.account] = Placed(delivery.partition, it)
    return sorted(found.values(), key=lambda placed: (placed.account.platform, placed.account.account))


def _listed(version: Version) -> bool:
    """Whether the list itself changed: a directive that restricts, or the end of one."""
    before, state = version.before, version.state
    was = Tier.NONE if before is None else before.tier
    return max(was, state.tier) > Tier.WATCH and (before is None or before.seq != state.seq)


def _row(version: Version) -> tuple[object, ...]:
    it, after = version.state, version.after
    return (
        it.subject_id, it.position, version.partition, it.at, after and after.position, after and after.at, int(it.tier), it.until,
        [category.value for category in it.categories], _listed(version), _encode(it),
    )  # fmt: skip
