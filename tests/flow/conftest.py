"""The whole hub with everybody in it."""

from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest

from tests.flow.world import World, enrol
from tests.support.stack import Hub


@pytest.fixture(scope="session")
def world(hub: Hub) -> Iterator[World]:
    with ExitStack() as opened:
        yield enrol(hub, Random(), opened)
