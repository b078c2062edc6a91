"""When something may be told that is no lift, to all who are told by one way: seldom enough that a lift finds the way free. Pure."""

FEW = 8
"""Who has no more than so many to be told is told at once."""
EAGER, CALM, PATIENT = 1.5, 2.0, 10.0
"""How many times as long as the work takes there is until the next: calm at the start, half of one processor. Even when those are
busiest, listings go on."""
LONGEST_SECONDS = 5.0
"""That anybody waits for his moment: sooner than a reader takes silence for a broken line."""
HOLD_SECONDS = 0.04
"""For so long nothing else begins once a lift is being told: so the last of a hundred readers has it as soon as on an idle hub."""
LATE_SECONDS = 0.002
"""Timers are exact to a thousandth."""
SLOWER, FASTER = 1.5, 0.98


class Pace:
    """Moments follow one another, for all who ask, at the distance that the work takes, times `patience`.

    Whoever wakes late at his moment has seen what a lift would have seen: the processors are busy, and everybody becomes more patient.
    """

    def __init__(self, patience: float = CALM) -> None:
        self.patience = patience
        self._free = 0.0

    def moment(self, now: float, work: float) -> float:
        """When to begin with what takes about so many seconds of a processor, here and at the receiver together."""
        at = min(max(now, self._free), now + LONGEST_SECONDS)
        self._free = at + work * self.patience
        return at

    def lift(self, now: float) -> None:
        """One is being told."""
        self._free = max(self._free, now + HOLD_SECONDS)

    def woke(self, late: float) -> None:
        """So many seconds after his moment somebody was woken for it."""
        changed = self.patience * (SLOWER if late > LATE_SECONDS else FASTER)
        self.patience = min(max(changed, EAGER), PATIENT)
