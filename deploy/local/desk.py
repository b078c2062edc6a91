"""Three services that people use now and then, in one process on three ports: directives, adjudication's API and the regulator's."""

import os

from events.transport import settings as reading
from events.transport.settings import Service
from events.transport.telemetry import configure_logs
from services.adjudication import main as adjudication
from services.adjudication.settings import Settings as Adjudication
from services.directives import main as directives
from services.directives.settings import Settings as Directives
from services.regulator import main as regulator
from services.regulator.settings import Settings as Regulator
from services.web import serve_all


def main() -> None:
    feeds = reading.read(Directives, os.environ)
    judging = reading.read(Adjudication, os.environ)
    room = reading.read(Regulator, os.environ)
    common = reading.read(Service, os.environ)
    configure_logs("desk", common.log_level, common.otlp_endpoint)
    serve_all(
        [
            (directives.application(feeds), feeds.host, feeds.directives_port),
            (adjudication.application(judging), judging.host, judging.adjudication_port),
            (regulator.application(room), room.host, room.regulator_port),
        ]
    )


if __name__ == "__main__":
    main()
