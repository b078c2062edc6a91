"""With KAFKA_BOOTSTRAP and DATABASE_URL the site's servers are used, and none of ours is started."""

import shutil
from pathlib import Path

import pytest

from deploy.local.settings import Settings, Site
from deploy.local.stack import Stack, admin
from deploy.local.tell import Trouble
from events.transport.topics import HUB_TOPICS
from tests.support.stack import Broker, Database


@pytest.fixture
def site(database: Database, kafka: Broker) -> Site:
    known = kafka.stack.reach.kafka
    return Site(database_url=database.owner, kafka_bootstrap=known.bootstrap, kafka_username=known.user, kafka_password=known.password)


@pytest.fixture
def at_the_site(site: Site, kafka: Broker, tmp_path: Path) -> Stack:
    # With the same secrets: roles and users are the server's, and the other tests use them too.
    shutil.copy(kafka.stack.settings.folder / "secrets.json", tmp_path)
    return Stack(Settings(home=str(tmp_path)), site, lambda zh, en=None, /: None)


def test_nothing_of_ours_is_started(at_the_site: Stack) -> None:
    at_the_site.start_servers()
    assert not at_the_site.supervisor.running


def test_the_database_and_the_topics_are_prepared_there(at_the_site: Stack, database: Database, kafka: Broker) -> None:
    kafka.admin.delete_topics([topic.name for topic in HUB_TOPICS])
    at_the_site.prepare_database()
    at_the_site.prepare_topics()
    assert {topic.name for topic in HUB_TOPICS} <= set(kafka.admin.list_topics())
    with database.connect("relay") as relay:
        assert relay.execute("SELECT count(*) FROM relay_published").fetchone() == (24,)


def test_a_topic_with_another_number_of_partitions_is_named(at_the_site: Stack, kafka: Broker) -> None:
    name = HUB_TOPICS[0].name
    at_the_site.prepare_topics()
    kafka.admin.delete_topics([name])
    kafka.admin.create_topics({name: {"num_partitions": 1}}, wait_for_metadata=True)
    with pytest.raises(Trouble, match=f"topic {name} has 1 partitions instead of 4"):
        at_the_site.prepare_topics()
    kafka.admin.delete_topics([name])
    at_the_site.prepare_topics()


def test_a_wrong_password_of_the_site_is_named(at_the_site: Stack) -> None:
    wrong = at_the_site.reach._replace(kafka=at_the_site.reach.kafka._replace(password="guess"))
    with pytest.raises(Trouble, match="the password is wrong"):
        admin(wrong)
