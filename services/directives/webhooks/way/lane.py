"""The ids of one kind that a platform is still to be told, found in the register as they are asked for. In memory, pure."""

from collections import deque
from itertools import islice

from services.directives.domain import Register

WINDOW = 500


class Lane:
    """Ids of one kind in their order, of subjects' newest directives only. Everything up to `after` is settled."""

    def __init__(self, after: int, snapshot_to: int, *, lift: bool) -> None:
        self.after, self._seen, self._snapshot_to, self._lift = after, after, snapshot_to, lift
        self._queue = deque[int]()

    def first(self, log: Register, count: int = 1) -> list[int]:
        """The first ids that are still to be told, at most so many."""
        while self._queue and not log.is_newest(self._queue[0]):
            self._queue.popleft()
        while len(self._queue) < count and self._look_further(log):
            pass
        if not self._queue:
            self.after = self._seen
        return list(islice(self._queue, count))

    def settled(self, id: int) -> None:
        if self._queue and self._queue[0] == id:
            self._queue.popleft()
            self.after = id if self._queue else self._seen

    def _look_further(self, log: Register) -> bool:
        if not self._lift and self._seen < self._snapshot_to:
            ids = list(islice(log.snapshot(self._snapshot_to, self._seen), WINDOW))
            self._seen = ids[-1] if len(ids) == WINDOW else self._snapshot_to
            self._queue.extend(id for id in ids if log.is_newest(id))
            return True
        ids = log.following(self._seen, WINDOW)
        if not ids:
            return False
        lifts = set(log.lifts(self._seen, ids[-1]))
        self._queue.extend(id for id in ids if (id in lifts) == self._lift and log.is_newest(id))
        self._seen = ids[-1]
        return True
