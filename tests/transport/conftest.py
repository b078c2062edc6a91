"""Followers as processes of their own, for those who end and freeze them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stack import Broker, Database
from tests.transport.fleet import Fleet


@pytest.fixture
def fleet(database: Database, clean_kafka: Broker, tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(database, clean_kafka, tmp_path)
    try:
        yield fleet
    finally:
        fleet.close()
