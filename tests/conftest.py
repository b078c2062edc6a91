"""Fixtures for every floor, and the marker `servers` on whatever uses a real server: `make check` leaves those out."""

import pytest

from tests.support.stack import clean_kafka, database, hub, kafka, module_database, postgres

__all__ = ["clean_kafka", "database", "hub", "kafka", "module_database", "postgres"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if set(__all__).intersection(getattr(item, "fixturenames", ())):
            item.add_marker("servers")
