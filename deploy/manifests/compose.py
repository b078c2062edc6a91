"""One machine with the real images: brokers and database as the local set-up runs them, every process in a container of its own."""

from base64 import urlsafe_b64encode
from typing import Any

from deploy.local.access.roles import DATABASE, OWNER
from deploy.local.access.secrets import KAFKA_USERS, ROLES
from deploy.local.servers import kafka as broker
from deploy.local.servers.postgres import SETTINGS
from deploy.manifests.told import Kept, Password, Place, Source, Value, told, variable
from deploy.manifests.workloads import Workload, workloads

IMAGES = {
    "kafka": "apache/kafka:4.3.1",
    "postgres": "postgres:18",
    "prometheus": "prom/prometheus:v3.5.0",
    "grafana": "grafana/grafana:12.2.0",
}
KAFKA_PORT, CONTROLLER_PORT, DATABASE_PORT = 9092, 9093, 5432
EVIDENCE = "/var/lib/liancheng/evidence"
PLACE = Place(
    f"kafka:{KAFKA_PORT}", "http://adjudication:8140", "${LIANCHENG_PUBLIC_URL:-http://127.0.0.1:8140}", "http://prometheus:9090", EVIDENCE
)
PUBLISHED = ("gateway", "standing", "directives", "adjudication", "regulator", "ops")
# Of the local server's settings, what the image decides, or a network of containers needs otherwise.
_NOT_HERE = ("listen_addresses", "unix_socket_directories", "lc_messages")
CLUSTER_ID = urlsafe_b64encode(b"liancheng-compos").decode().rstrip("=")
"""Sixteen bytes, as Kafka wants them: the same at every start, because the folder is formatted once."""
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"

Document = dict[str, Any]


def document() -> Document:
    return {
        "name": "liancheng",
        "services": {
            "postgres": _postgres(),
            "kafka": _kafka(),
            "prepare": _prepare(),
            **{workload.name: _process(workload) for workload in workloads()},
            "prometheus": _prometheus(),
            "grafana": _grafana(),
        },
        "volumes": {name: {} for name in ("postgres", "kafka", "evidence", "prometheus", "grafana")},
        "configs": {"kafka": {"content": _properties()}},
    }


def scrape() -> Document:
    """Prometheus' configuration here: the rules of deploy/prometheus, each process under its name."""
    jobs = [{"targets": [f"{it.name}:{it.port}"], "labels": {"process": it.name}} for it in workloads()]
    return {
        "global": {"scrape_interval": "5s", "evaluation_interval": "15s"},
        "rule_files": ["/etc/liancheng/objectives.yml", "/etc/liancheng/alerts.yml"],
        "scrape_configs": [{"job_name": "liancheng", "static_configs": jobs}],
    }


def kept(name: str) -> str:
    """A secret of the file .env; without it nothing starts."""
    return f"${{{name}:?}}"


def password(role: str) -> str:
    return f"LIANCHENG_DATABASE_PASSWORD_{role.upper()}"


def _process(workload: Workload) -> Document:
    found: Document = {
        **_image(["python", "-m", workload.module]),
        "environment": {variable(name): _text(workload, name, source) for name, source in told(workload, PLACE).items()},
        "depends_on": {"prepare": {"condition": "service_completed_successfully"}},
        "restart": "unless-stopped",
        "healthcheck": {"test": ["CMD", "python", "-c", _probe(workload.port)], "interval": "10s", "timeout": "3s", "retries": 6},
    }
    if workload.name == "regulator":
        found["environment"][variable("regulator_https")] = "0"
    if "evidence_folder" in workload.told:
        found["volumes"] = [f"evidence:{EVIDENCE}"]
    if workload.name in PUBLISHED:
        found["ports"] = [f"127.0.0.1:{workload.port}:{workload.port}"]
    return found


def _image(command: list[str]) -> Document:
    return {
        "image": "liancheng:0.1.0",
        "build": {"context": "../..", "dockerfile": "deploy/compose/Dockerfile"},
        "command": command,
        "read_only": True,
        "tmpfs": ["/tmp"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
    }


def _probe(port: int) -> str:
    return f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/readyz', timeout=2)"


def _text(workload: Workload, name: str, source: Source) -> str:
    match source:
        case Value(text):
            return text
        case Kept(secret, "password"):
            return kept(f"LIANCHENG_KAFKA_PASSWORD_{secret.upper()}")
        case Kept():
            return kept(variable(name))
        case Password(role):
            return _database(role)


def _database(role: str) -> str:
    return f"postgresql://{role}:{kept(password(role))}@postgres:{DATABASE_PORT}/{DATABASE}"


def _prepare() -> Document:
    passwords = {password(role): kept(password(role)) for role in ROLES}
    passwords |= {name: kept(name) for name in (f"LIANCHENG_KAFKA_PASSWORD_{user.upper()}" for user in (*KAFKA_USERS, "admin"))}
    healthy = {"condition": "service_healthy"}
    return {
        **_image(["python", "-m", "deploy.prepare"]),
        "environment": {"LIANCHENG_DATABASE_OWNER": _database(OWNER), "LIANCHENG_KAFKA": PLACE.brokers, **passwords},
        "depends_on": {"postgres": healthy, "kafka": healthy},
        "restart": "on-failure",
    }


def _postgres() -> Document:
    options = [part for name, value in SETTINGS.items() if name not in _NOT_HERE for part in ("-c", f"{name}={value}")]
    return {
        "image": IMAGES["postgres"],
        "command": ["postgres", *options],
        "environment": {
            # The owner makes the roles of the processes; nobody uses it after that.
            "POSTGRES_USER": OWNER,
            "POSTGRES_PASSWORD": kept(password(OWNER)),
            "POSTGRES_DB": DATABASE,
            "POSTGRES_INITDB_ARGS": "--data-checksums --encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C",
            "POSTGRES_HOST_AUTH_METHOD": "scram-sha-256",
        },
        "shm_size": "256mb",
        # Since 18 the image keeps its data below this folder, by version.
        "volumes": ["postgres:/var/lib/postgresql"],
        "restart": "unless-stopped",
        "healthcheck": {"test": ["CMD", "pg_isready", "-U", OWNER, "-d", DATABASE], "interval": "2s", "timeout": "2s", "retries": 30},
    }


def _kafka() -> Document:
    """The image's own start knows no SCRAM: the folder is formatted with the administrator in it, as the local set-up does."""
    scram = f"{broker.MECHANISM}=[name={broker.ADMIN},password=$$ADMIN_PASSWORD]"
    passwords = "-e s/@ADMIN@/$$ADMIN_PASSWORD/ -e s/@CONTROLLER@/$$CONTROLLER_PASSWORD/g"
    start = (
        f"sed {passwords} /etc/liancheng/server.properties > /tmp/server.properties\n"
        f"/opt/kafka/bin/kafka-storage.sh format --standalone --ignore-formatted --cluster-id {CLUSTER_ID}"
        f' -c /tmp/server.properties --add-scram "{scram}"\n'
        "exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties\n"
    )
    return {
        "image": IMAGES["kafka"],
        "entrypoint": ["/bin/sh", "-ec", start],
        "environment": {
            "ADMIN_PASSWORD": kept("LIANCHENG_KAFKA_PASSWORD_ADMIN"),
            "CONTROLLER_PASSWORD": kept("LIANCHENG_KAFKA_PASSWORD_CONTROLLER"),
            "KAFKA_HEAP_OPTS": "-Xms512m -Xmx512m",
        },
        "configs": [{"source": "kafka", "target": "/etc/liancheng/server.properties"}],
        "volumes": ["kafka:/var/lib/kafka/data"],
        "restart": "unless-stopped",
        "healthcheck": {"test": ["CMD-SHELL", f"nc -z 127.0.0.1 {KAFKA_PORT}"], "interval": "2s", "timeout": "2s", "retries": 60},
    }


def _properties() -> str:
    """The local broker's settings with this network's addresses; passwords are put in where it starts."""
    settings = broker.SETTINGS | {
        "log.dirs": "/var/lib/kafka/data",
        "listeners": f"CLIENT://:{KAFKA_PORT},CONTROLLER://127.0.0.1:{CONTROLLER_PORT}",
        "advertised.listeners": f"CLIENT://kafka:{KAFKA_PORT}",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{CONTROLLER_PORT}",
        "listener.name.controller.plain.sasl.jaas.config": (
            f'{_PLAIN} required username="controller" password="@CONTROLLER@" user_controller="@CONTROLLER@";'
        ),
        "listener.name.client.scram-sha-512.sasl.jaas.config": f'{_SCRAM} required username="{broker.ADMIN}" password="@ADMIN@";',
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _prometheus() -> Document:
    return {
        "image": IMAGES["prometheus"],
        "volumes": [
            "./prometheus.yml:/etc/prometheus/prometheus.yml:ro",
            "../prometheus/objectives.yml:/etc/liancheng/objectives.yml:ro",
            "../prometheus/alerts.yml:/etc/liancheng/alerts.yml:ro",
            "prometheus:/prometheus",
        ],
        "ports": ["127.0.0.1:9090:9090"],
        "restart": "unless-stopped",
    }


def _grafana() -> Document:
    return {
        "image": IMAGES["grafana"],
        "environment": {
            "PROMETHEUS_URL": PLACE.prometheus,
            "DASHBOARDS": "/etc/liancheng/dashboards",
            "GF_SECURITY_ADMIN_PASSWORD": kept("LIANCHENG_GRAFANA_PASSWORD"),
        },
        "volumes": [
            "../grafana/provisioning:/etc/grafana/provisioning:ro",
            "../grafana/liancheng.json:/etc/liancheng/dashboards/liancheng.json:ro",
            "grafana:/var/lib/grafana",
        ],
        "ports": ["127.0.0.1:3000:3000"],
        "restart": "unless-stopped",
    }
