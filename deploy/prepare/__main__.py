"""python -m deploy.prepare [recover]: tables and rights, topics and users; or, after a restore, a new history of the log."""

import os
import sys
import time
from contextlib import closing

from kafka import KafkaAdminClient

from deploy.local.access import roles, topics
from deploy.local.access.secrets import ROLES
from deploy.local.processes import Reach
from deploy.local.tell import Trouble, say
from deploy.prepare.settings import Settings, passwords
from deploy.recover.command import recover
from events.transport import settings as reading
from events.transport.kafka import Kafka
from services.adjudication.application.rules import Rules, utc_now
from services.adjudication.legislation.library import Library
from services.adjudication.rulebooks import CURRENT, read_all

PATIENCE_MS = 60_000


def prepare(settings: Settings, of_roles: dict[str, str], of_users: dict[str, str]) -> None:
    """May be given again. Roles that nobody gave passwords for have to be there."""
    if of_roles:
        roles.prepare(settings.database_owner, of_roles)
    else:
        roles.migrate(settings.database_owner)
        roles.admit(settings.database_owner, dict.fromkeys(ROLES, ""))
    say("数据库就绪", "the database is ready")
    if settings.kafka:
        with closing(KafkaAdminClient(**_kafka(settings).client(), bootstrap_timeout_ms=PATIENCE_MS)) as admin:
            topics.prepare(admin, of_users)
        say("Kafka 就绪", "Kafka is ready")


def begin_again(settings: Settings) -> None:
    """`make recover` of a site: with every process stopped."""
    if not (settings.hub_key and settings.kafka):
        raise Trouble("recover 还需要 LIANCHENG_HUB_KEY 和 LIANCHENG_KAFKA", "recover also needs LIANCHENG_HUB_KEY and LIANCHENG_KAFKA")
    library = Library(read_all(), settings.database_owner, time.monotonic)
    rules = Rules(library, CURRENT, bytes.fromhex(settings.hub_key), utc_now, 1.0, False, 1, library.in_force)
    recover(Reach(settings.database_owner, _kafka(settings)), rules.moment(), say)


def _kafka(settings: Settings) -> Kafka:
    return Kafka(settings.kafka, settings.kafka_admin, settings.kafka_password_admin, settings.kafka_ca)


def main() -> None:
    settings = reading.read(Settings, os.environ)
    try:
        if sys.argv[1:] == ["recover"]:
            begin_again(settings)
        elif not sys.argv[1:]:
            prepare(settings, *passwords(os.environ))
        else:
            sys.exit("python -m deploy.prepare [recover]")
    except Trouble as trouble:
        sys.exit(f"liancheng: {trouble}")


if __name__ == "__main__":
    main()
