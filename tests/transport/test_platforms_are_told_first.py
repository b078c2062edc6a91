"""What the views make of a decision is shipped a moment later than the directive itself. No network, no database."""

from threading import Event

from events.transport.settings import Secret
from services.relay.main import DIRECTIVE, PLATFORMS_FIRST, URGENT_PACE, Relay, numbers
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


def test_a_decision_s_facts_wait_until_platforms_have_its_directive() -> None:
    waited = waits(DOSSIER | {DIRECTIVE}, URGENT_PACE)
    assert len(waited) == 2 and all(seconds <= PLATFORMS_FIRST for seconds in waited)


def test_what_no_directive_follows_waits_for_nothing() -> None:
    assert waits(DOSSIER, URGENT_PACE) == []


def test_directives_themselves_wait_for_nothing() -> None:
    assert waits(DOSSIER | {DIRECTIVE}, 0.0) == []
