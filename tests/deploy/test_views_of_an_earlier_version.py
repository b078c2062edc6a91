"""After an update of the hub, views whose tables have changed are built again by the next start, and the others are left alone."""

from deploy.local import views
from projections import generation
from projections.catalogue import VIEWS
from tests.support.stack import Database


def test_only_views_of_another_shape_are_outdated(database: Database) -> None:
    assert views.outdated(database.owner) == []
    with database.connect("projections") as host:
        for view in VIEWS.values():
            generation.first(host, view)
        assert views.outdated(database.owner) == []
        host.execute("COMMENT ON SCHEMA credit_1 IS 'of an earlier version'")
    assert views.outdated(database.owner) == ["credit"]
