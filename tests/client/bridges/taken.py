"""Whether the hub takes what a bridge makes: its own parser decides."""

from typing import Any

import msgspec

from events.client.bridges.rows import Statement
from events.client.command.speaking import Said, statement_of
from events.client.statement import Member
from events.facts.sanction import SanctionImposed
from events.wire.statement import Arrival, parse_structured
from events.wire.statement import Member as Credential
from tests.wire.made import NOON


def taken(statement: Statement | dict[str, Any], member: Member) -> SanctionImposed:
    """The fact that the hub records, after the line went through a pipe and `publish`."""
    said = msgspec.json.decode(msgspec.json.encode(statement), type=Said)
    credential = Credential(member.code, "authority" if member.authority else "platform")
    arrival = Arrival(credential, bytes(32), NOON, bytes(16), "4bf92f3577b34da6a3ce929d0e0e4736")
    fact = parse_structured(statement_of(member, said).event, arrival).fact
    assert isinstance(fact, SanctionImposed)
    return fact
