"""Facts to stored events and back: the stored topic is the fact's explicit name, the state its JSON."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent

from events.catalogue import CATALOGUE, Catalogue
from events.facts.fact import Fact
from events.transport.topics import LANES, key_hash


class Stored(NamedTuple):
    """A fact at its place in a stream; what the library calls a domain event."""

    originator_id: UUID
    originator_version: int
    fact: Fact


@dataclass(frozen=True)
class RoutedEvent(StoredEvent):
    """A stored event with the lane and the key hash that go beside it."""

    lane: int = 0
    key: int = 0


def routed(stream: UUID, version: int, fact: Fact, catalogue: Catalogue = CATALOGUE) -> RoutedEvent:
    return RoutedEvent(stream, version, fact.tag(), catalogue.encode(fact), LANES[fact.lane], key_hash(fact.key))


class FactMapper(Mapper[UUID]):
    """The library's mapper for facts. It knows classes by their names only: no path is stored or resolved."""

    def __init__(self, *_: Any, catalogue: Catalogue = CATALOGUE, **__: Any) -> None:
        self.catalogue = catalogue

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        return routed(domain_event.originator_id, domain_event.originator_version, domain_event.fact, self.catalogue)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        fact = self.catalogue.decode(stored_event.topic, stored_event.state)
        return Stored(UUID(str(stored_event.originator_id)), stored_event.originator_version, fact)
