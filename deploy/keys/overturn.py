"""The statements by which a platform takes back what a thief sanctioned in its name. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from deploy.keys.said import Said
from events.client.statement import Member, Merchant, Statement, statement
from events.facts.sanction import SanctionImposed


def overturned(said: Iterable[Said], now: datetime) -> Iterator[Statement]:
    """One for each sanction, once a number, with ids that are the same however often it is asked: sent twice is said once."""
    numbers: set[str] = set()
    for one in said:
        fact = one.statement
        if isinstance(fact, SanctionImposed) and fact.sanction not in numbers:
            numbers.add(fact.sanction)
            member = Member(fact.member, authority=fact.source.startswith("/authorities/"))
            data = {"sanction": fact.sanction, "reason": "overturned"}
            merchant = Merchant(fact.account, uscc=fact.uscc)
            yield statement(member, "sanction.lifted", merchant, data, id=f"overturn-{one.position}", time=now)
