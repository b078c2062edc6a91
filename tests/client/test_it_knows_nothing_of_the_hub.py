"""The client, and the shops that use it, load nothing of the hub: a platform can take the folder away."""

import subprocess
import sys

import pytest

CLIENT = [
    "events.client.__main__",
    "events.client.effects",
    "events.client.follow.live",
    "events.client.notices",
    "events.client.publish.http",
    "events.client.publish.kafka",
    "events.client.publish.publisher",
    "events.client.webhook",
]
OF_THE_HUB = ("events.catalogue", "events.facts", "events.transport", "events.wire", "projections", "services", "deploy.local")
FOREIGN = {"psycopg", "faust", "litestar", "eventsourcing", "prometheus_client", "structlog"}


@pytest.mark.parametrize("modules", [CLIENT, ["deploy.demo.shop.__main__"]], ids=["client", "shop"])
def test_nothing_of_the_hub_is_loaded(modules: list[str]) -> None:
    program = f"import {', '.join(modules)}, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.startswith(OF_THE_HUB) or name in FOREIGN]
    assert "events.client.hub" in loaded
