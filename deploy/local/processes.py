"""The hub's processes: what each is called, where it listens, and which secrets it is given; no process sees another's."""

import os
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

from deploy.local.access.roles import url
from deploy.local.access.secrets import Secrets
from deploy.local.settings import CHECKOUT, TUNING, Settings
from deploy.local.supervision.supervise import Program
from events.transport.kafka import Kafka
from events.wire.token import notice_key, webhook_key

# Of the environment that we were started in, a process gets these.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "SSL_CERT_FILE", *(f"LIANCHENG_{name}" for name in TUNING))


LOOPBACK = "127.0.0.1"


class Process(NamedTuple):
    """One Python process. `ports` are names of settings, the first is the one that is asked whether it is ready."""

    name: str
    module: str
    ports: tuple[str, ...]
    roles: tuple[str, ...]
    kafka_user: str | None = None
    hub_key: bool = False


PROJECTIONS = Process("projections", "projections.worker", ("projections_port",), ("projections",), "projections")

PROCESSES = (
    Process("relay", "services.relay.main", ("relay_port",), ("relay",), "relay"),
    PROJECTIONS,
    Process("adjudicator", "services.adjudication.worker", ("adjudicator_port",), ("adjudication",), "adjudication", hub_key=True),
    Process("ingress", "services.gateway.worker", ("ingress_port",), ("ingress",), "ingress", hub_key=True),
    Process("standing", "services.standing.main", ("standing_port",), ("standing",)),
    Process(
        "desk",
        "deploy.local.desk",
        ("directives_port", "adjudication_port", "regulator_port"),
        ("directives", "adjudication", "regulator"),
        hub_key=True,
    ),
    Process("gateway", "services.gateway.main", ("gateway_port",), ("gateway",), hub_key=True),
    Process("ops", "deploy.ops.main", ("ops_port",), ()),
)


class Reach(NamedTuple):
    """Where the servers are, whoever runs them: the owner's conninfo, the administrator of Kafka, and Prometheus, if there is one."""

    owner: str
    kafka: Kafka
    prometheus: str = ""


def metrics(settings: Settings) -> dict[str, str]:
    """Who answers /metrics where, by name; a process with several ports has one registry behind all of them."""
    return {process.name: f"{settings.host}:{getattr(settings, process.ports[0])}" for process in PROCESSES}


def program(process: Process, settings: Settings, secrets: Secrets, reach: Reach) -> Program:
    return Program(
        name=process.name,
        command=[sys.executable, "-m", process.module],
        environment=environment(process, settings, secrets, reach),
        folder=CHECKOUT,
        ready=lambda: all(answers(settings.host, getattr(settings, port), "/readyz") for port in process.ports),
    )


def environment(process: Process, settings: Settings, secrets: Secrets, reach: Reach) -> dict[str, str]:
    given = {
        "HOST": settings.host,
        "LOG_LEVEL": settings.log_level,
        "DEMO": str(int(settings.demo)),
        "CLOCK_SCALE": f"{settings.clock_scale:g}",
        "BREAKER_FACTOR": str(settings.breaker_factor),
        "KAFKA": reach.kafka.bootstrap,
        "KAFKA_CA": reach.kafka.ca,
        "KAFKA_SESSION": f"{reach.kafka.session:g}",
    }
    given |= {port.upper(): str(getattr(settings, port)) for port in process.ports}
    given |= {f"DATABASE_{role.upper()}": url(reach.owner, user=role, password=secrets.roles[role]) for role in process.roles}
    if process.kafka_user is not None:
        given[f"KAFKA_PASSWORD_{process.kafka_user.upper()}"] = secrets.kafka_users[process.kafka_user]
    if process.hub_key:
        given["HUB_KEY"] = secrets.hub_key
    if "adjudication" in process.roles:
        bucket = settings.evidence_bucket
        given |= {"EVIDENCE_BUCKET": bucket} if bucket else {"EVIDENCE_FOLDER": str(settings.folder / "evidence")}
        given["TIMESTAMP_ANCHORS"] = settings.timestamp_anchors
    if "directives" in process.roles:
        given["NOTICE_KEY"] = notice_key(bytes.fromhex(secrets.hub_key)).hex()
        given["WEBHOOK_ALLOW"] = admitted(settings, os.environ)
        given["WEBHOOK_KEY"] = webhook_key(bytes.fromhex(secrets.hub_key)).hex()
    if process.name == "ops":
        targets = ",".join(f"{name}=http://{address}/metrics" for name, address in metrics(settings).items())
        given |= {"OPS_TARGETS": targets, "PROMETHEUS_URL": reach.prometheus}
    ours = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    if "regulator" not in process.roles:
        ours.pop("LIANCHENG_REGULATOR_OIDC_SECRET", None)
    # Two memory arenas instead of eight for each core: the whole stack has to fit 1.5 GiB.
    return ours | {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"} | {f"LIANCHENG_{name}": value for name, value in given.items()}


def admitted(settings: Settings, environ: Mapping[str, str]) -> str:
    """What webhooks may reach beside the public internet: what the operator says, and the shop of the demonstration that is called."""
    said = environ.get("LIANCHENG_WEBHOOK_ALLOW", "")
    return ",".join(network for network in (said, LOOPBACK if settings.demo else "") if network)


def answers(host: str, port: int, path: str) -> bool:
    """Whether it says 200 within a second."""
    connection = HTTPConnection(host, port, timeout=1.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
