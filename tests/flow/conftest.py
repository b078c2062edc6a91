"""The whole hub with everybody in it."""

from random import Random

import pytest

from tests.flow.world import World, enrol
from tests.support.stack import Hub


@pytest.fixture(scope="session")
def world(hub: Hub) -> World:
    return enrol(hub, Random())
