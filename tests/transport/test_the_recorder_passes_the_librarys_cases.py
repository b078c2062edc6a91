"""The library's own cases for recorders, on our recorder and our table."""

from uuid import UUID, uuid4

import pytest
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
)
from psycopg.conninfo import conninfo_to_dict

from events.transport.store.recorder import HubRecorder, UnsafeSetting
from tests.support.stack import Database


def datastore(database: Database, *, enable_db_functions: bool = False) -> PostgresDatastore:
    parts = conninfo_to_dict(database.owner)
    return PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port=str(parts["port"]),
        user=str(parts["user"]),
        password=str(parts["password"]),
        pool_size=3,
        max_overflow=10,
        lock_timeout=5,
        enable_db_functions=enable_db_functions,
    )


class OnOurs:
    """Makes our recorder in a fresh database for each case."""

    @pytest.fixture(autouse=True)
    def _fresh(self, database: Database) -> None:
        self.database = database
        self.datastore = datastore(database)

    def tearDown(self) -> None:
        self.datastore.close()

    def create_recorder(self) -> HubRecorder:
        return HubRecorder(self.datastore)

    def new_originator_id(self) -> UUID:
        return uuid4()


class TestAsApplicationRecorder(OnOurs, ApplicationRecorderTestCase):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = False

    def test_concurrent_no_conflicts(self, initial_position: int = 0) -> None:
        super().test_concurrent_no_conflicts(initial_position)


class TestAsProcessRecorder(OnOurs, ProcessRecorderTestCase):
    pass


class TestIdsDoNotInterleave(OnOurs, NonInterleavingNotificationIDsBaseCase):
    insert_num = 100


def test_the_database_functions_are_refused(database: Database) -> None:
    with pytest.raises(UnsafeSetting, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        HubRecorder(datastore(database, enable_db_functions=True))
