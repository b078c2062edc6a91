"""The whole hub with everybody in it."""

from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest

from deploy.demo.patience import until
from tests.flow.world import World, enrol
from tests.support.stack import Hub


@pytest.fixture(scope="session")
def world(hub: Hub) -> Iterator[World]:
    with ExitStack() as opened:
        yield enrol(hub, Random(), opened)


@pytest.fixture(autouse=True)
def answered(request: pytest.FixtureRequest) -> None:
    """A test before this one may have stopped PostgreSQL: pools that wait before they try again answer "later" for some seconds."""
    if "world" in request.fixturenames:
        world: World = request.getfixturevalue("world")
        for platform in world.platforms:
            until("an answer of directives", lambda it=platform: it.directives.get("/v1/directives", query={"limit": 1}), 30.0)  # type: ignore[misc]
