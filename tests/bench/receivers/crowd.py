"""Everybody who is told at once: 32 copies by stream, 20 addresses by webhook, and one copy by the topic beside them."""

from collections.abc import Mapping

import httpx

from events.client.publish.kafka import Access
from tests.bench.receivers.shop import Plan
from tests.bench.receivers.shops import Shops
from tests.bench.stack import Bench

REPLICAS, PROCESSES, HOOKS = 32, 4, 20
WAYS = ("stream", "webhook", "topic")
BULK = "ffffffff-"
"""Begins the ids of subjects that are listed in bulk, and only counted when they come."""


class Crowd:
    """Real clients in processes of their own; here the hub's answers and their arrivals are put together."""

    def __init__(self, bench: Bench) -> None:
        self._address = f"http://{bench.settings.host}:{bench.settings.directives_port}"
        keys = [bench.key(f"bench-shop-{number}") for number in range(REPLICAS)]
        each = REPLICAS // PROCESSES
        plans = [Plan(address=self._address, keys=keys[first : first + each], bulk=BULK) for first in range(0, REPLICAS, each)]
        self._hooked = [bench.key(f"bench-hook-{number}") for number in range(HOOKS)]
        plans.append(Plan(address=self._address, keys=self._hooked, by="webhook", bulk=BULK))
        key = bench.key("bench-by-topic")
        given = bench.members["bench-by-topic"].kafka
        assert given is not None
        access = Access(given.bootstrap, given.username, given.password)
        plans.append(Plan(address=self._address, keys=[key], by="topic", kafka=access, bulk=BULK))
        self._shops = Shops(bench, plans)

    def took(self, subject_id: str, seq: int, since: float) -> dict[str, float]:
        """Milliseconds from that moment to the last receiver of each way. What came before the moment took nothing."""
        return {way: max(0.0, at - since) * 1000 for way, at in self._shops.came(subject_id, seq).items()}

    def counted(self) -> Mapping[str, int]:
        """How many of the bulk have come by each way, at most."""
        return self._shops.counted()

    def close(self) -> None:
        """Whoever is told by webhook says that it is over: nobody is called any more."""
        for key in self._hooked:
            httpx.delete(f"{self._address}/v1/webhook", headers={"Authorization": f"Bearer {key}"}, trust_env=False).raise_for_status()
        self._shops.close()
