"""After the hub was restored from a backup: what it no longer has, although we hold its receipt, is said again."""

from typing import Protocol

from events.client.publish.outbox import Outbox, Receipt

PAGE = 500


class Asked(Protocol):
    """Who can be asked for a receipt; `HttpRoad` can."""

    def receipt(self, id: str) -> Receipt | None:
        """None when the hub does not have the statement. Raises Unreachable or Problem."""
        ...


def mend(outbox: Outbox, gateway: Asked, after: int = 0) -> int:
    """Ask for every receipt beyond this position of the hub's log, and let what is answered 404 wait again; how many those were.

    One request a statement: give the position of the backup when the hub tells it. May be cut off and called again.
    """
    found = 0
    while receipts := outbox.receipts(after, PAGE):
        lost = [held.id for held in receipts if gateway.receipt(held.id) is None]
        found += outbox.reopen(lost)
        after = receipts[-1].position
    return found
