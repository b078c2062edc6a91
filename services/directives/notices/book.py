"""Which notices concern which platform, and where in the log they are. In memory, pure."""

from array import array
from bisect import bisect_right

from events.facts.listing import NoticeReleased, NoticeServed


class NoticeBook:
    """Ids of the log only, each under the platforms that have an account of the subject; what the notices say stays in the log."""

    def __init__(self) -> None:
        self._by_platform: dict[str, array[int]] = {}
        self._released: dict[str, int] = {}
        self._head = 0

    def add(self, position: int, fact: NoticeReleased | NoticeServed) -> None:
        """Ids ascend."""
        if isinstance(fact, NoticeReleased):
            self._released.setdefault(fact.notice, position)
        for platform in {ref.platform for ref in fact.accounts}:
            self._by_platform.setdefault(platform, array("Q")).append(position)
        self._head = position

    @property
    def head(self) -> int:
        """The highest id, 0 when there is none."""
        return self._head

    def following(self, platform: str, after: int, limit: int) -> list[int]:
        """The ids after this one that concern the platform."""
        ids = self._by_platform.get(platform, array("Q"))
        place = bisect_right(ids, after)
        return list(ids[place : place + limit])

    def released(self, notice: str) -> int | None:
        """Where the notice was released; it may have moved to another dossier since."""
        return self._released.get(notice)
