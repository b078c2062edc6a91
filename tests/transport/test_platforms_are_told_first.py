"""When the relay looks and when it waits: what the views make of a decision goes after the directive. No network, no database."""

from threading import Event
from uuid import uuid4

from events.transport.settings import Secret
from events.transport.store.mapper import RoutedEvent
from events.transport.store.recorder import news
from events.transport.topics import LANES
from services.relay.main import DIRECTIVE, MANY, PLATFORMS_FIRST, URGENT_PACE, Relay, numbers
from services.relay.settings import Settings

DOSSIER = numbers(["dossier"])


class Stopping(Event):
    """Notes for how long somebody waited, and waits not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return False


class Idle:
    """A loop that finds nothing; at its second step the relay is told to stop."""

    def __init__(self, relay: Relay) -> None:
        self._relay, self._steps = relay, 0

    def step(self) -> int:
        self._steps += 1
        if self._steps == 2:
            self._relay._stopping.set()
        return 0

    def close(self) -> None:
        """Nothing is held."""


def waits(news: frozenset[str], pace: float) -> list[float]:
    """Seconds that a lane's loop waits when it is woken by such news."""
    relay = Relay(Settings(database_relay="", kafka="", kafka_password_relay=Secret("x")))
    relay._stopping = stopping = Stopping()
    wake = Event()
    relay._wakes.append((DOSSIER, wake))

    class Woken(Event):
        def wait(self, timeout: float | None = None) -> bool:
            relay._wake(news)
            return True

    relay._loop("urgent", lambda _: Idle(relay), Woken(), pace)
    assert wake.is_set() == bool(DOSSIER & news)
    return [seconds for seconds in stopping.waited if seconds > 0]


class Counted(Idle):
    """Finds so many facts at its first step."""

    def __init__(self, relay: Relay, found: int) -> None:
        super().__init__(relay)
        self._found = found

    def step(self) -> int:
        return super().step() or (self._found if self._steps == 1 else 0)


def looks_again_at_once(found: int, pace: float) -> bool:
    """After a round of so many facts, rather than wait for news."""
    relay = Relay(Settings(database_relay="", kafka="", kafka_password_relay=Secret("x")))
    relay._stopping = Stopping()
    rounds: list[int] = []
    loop = Counted(relay, found)

    class Woken(Event):
        def wait(self, timeout: float | None = None) -> bool:
            rounds.append(loop._steps)
            return True

    relay._loop("any", lambda _: loop, Woken(), pace)
    return rounds[0] == 2


def test_a_lane_that_found_few_facts_found_all_and_waits_for_news() -> None:
    assert not looks_again_at_once(1, URGENT_PACE)
    assert looks_again_at_once(MANY, URGENT_PACE)


def test_directives_are_looked_for_until_there_is_none() -> None:
    assert looks_again_at_once(1, 0.0)


def test_a_decision_s_facts_wait_until_platforms_have_its_directive() -> None:
    waited = waits(DOSSIER | {DIRECTIVE}, URGENT_PACE)
    assert len(waited) == 2 and all(seconds <= PLATFORMS_FIRST for seconds in waited)


def test_what_no_directive_follows_waits_for_nothing() -> None:
    assert waits(DOSSIER, URGENT_PACE) == []


def test_directives_themselves_wait_for_nothing() -> None:
    assert waits(DOSSIER | {DIRECTIVE}, 0.0) == []


def test_listeners_are_told_what_each_of_them_waits_for() -> None:
    def event(topic: str, lane: str) -> RoutedEvent:
        return RoutedEvent(originator_id=uuid4(), originator_version=1, topic=topic, state=b"{}", lane=LANES[lane], key=0)

    weighed, told = event("sanction.weighed.v1", "dossier"), event("directive.issued.v1", "dossier")
    served, said = event("notice.served.v1", "dossier"), event("sanction.imposed.v1", "sanction")
    assert news([weighed]) == "2"
    assert news([weighed, told, said]) == "1 2 directive"
    assert news([served]) == "2 notice"
