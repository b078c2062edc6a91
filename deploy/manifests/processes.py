"""A Deployment for each process, with probes, a budget for disruptions and a service; and the job that prepares the database."""

from typing import Any

from deploy.local.access.roles import DATABASE, OWNER
from deploy.manifests import kafka, postgres
from deploy.manifests.told import HUB_SECRET, Kept, Password, Place, Source, Value, told, variable
from deploy.manifests.workloads import Workload, workloads

IMAGE = "liancheng:0.1.0"
PROMETHEUS = "http://prometheus-operated.monitoring:9090"
CA = "ca.crt"
AUTHORITIES = {"kafka": kafka.CA_SECRET, "postgres": postgres.CA_SECRET}
"""Of each server the secret that says who vouches for it: this one file is mounted, and nothing else of the secret."""
MOUNTED = "/etc/liancheng"
PLACE = Place(
    kafka.BOOTSTRAP,
    "http://adjudication:8140",
    "https://liancheng.example/adjudication",
    PROMETHEUS,
    kafka_ca=f"{MOUNTED}/kafka/{CA}",
)
USER = 10001
SIZES = {"gateway": ("1", "512Mi"), "standing": ("500m", "2Gi"), "projections": ("500m", "1Gi"), "adjudicator": ("1", "1Gi")}
SMALL = ("100m", "512Mi")
SINGLE = frozenset(("ops",))

Document = dict[str, Any]


def documents() -> list[Document]:
    found = [_prepare(), _recover()]
    for workload in workloads():
        found.append(_deployment(workload))
        if workload.name not in SINGLE:
            found.append(_budget(workload))
        found.append(_service(workload))
    return found


def labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/part-of": "liancheng", "app.kubernetes.io/name": name}


def _deployment(workload: Workload) -> Document:
    name = workload.name
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels(name)},
        "spec": {
            # Of the relay one works and one waits for its lease; followers share partitions.
            "replicas": 1 if name in SINGLE else 2,
            "selector": {"matchLabels": labels(name)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {"metadata": {"labels": labels(name)}, "spec": _pod(_container(workload), name, _servers(workload))},
        },
    }


def _servers(workload: Workload) -> list[str]:
    """Those that it speaks with."""
    return [*(["kafka"] if workload.kafka_user is not None else []), *(["postgres"] if workload.roles else [])]


def _pod(container: Document, name: str, servers: list[str]) -> Document:
    spread = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}
    return {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER, "seccompProfile": {"type": "RuntimeDefault"}},
        "topologySpreadConstraints": [spread | {"labelSelector": {"matchLabels": labels(name)}}],
        "terminationGracePeriodSeconds": 30,
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {}}, *map(_authority, servers)],
    }


def _authority(server: str) -> Document:
    return {"name": f"{server}-ca", "secret": {"secretName": AUTHORITIES[server], "items": [{"key": CA, "path": CA}]}}


def _container(workload: Workload) -> Document:
    cpu, memory = SIZES.get(workload.name, SMALL)
    probe = {"periodSeconds": 5, "timeoutSeconds": 2}
    return _bare(workload.name, ["python", "-m", workload.module], _servers(workload)) | {
        "env": environment(workload, PLACE),
        "ports": [{"name": "http", "containerPort": workload.port}],
        # A standing process loads its copy before it is ready.
        "startupProbe": probe | {"httpGet": {"path": "/healthz", "port": "http"}, "failureThreshold": 24},
        # A relay that waits for its lease is well, and a rollout has to go on past it; nobody calls a relay.
        "readinessProbe": probe | {"httpGet": {"path": "/healthz" if workload.name == "relay" else "/readyz", "port": "http"}},
        "livenessProbe": probe | {"httpGet": {"path": "/healthz", "port": "http"}, "failureThreshold": 6},
        "resources": {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}},
    }


def _bare(name: str, command: list[str], servers: list[str]) -> Document:
    certificates = [{"name": f"{server}-ca", "mountPath": f"{MOUNTED}/{server}", "readOnly": True} for server in servers]
    return {
        "name": name,
        "image": IMAGE,
        "command": command,
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, *certificates],
    }


def environment(workload: Workload, place: Place) -> list[Document]:
    """Passwords first: Kubernetes puts one variable into another only if it stands before it."""
    found = told(workload, place)
    passwords = [
        _secret(f"PASSWORD_{it.role.upper()}", postgres.role_secret(it.role), "password")
        for it in found.values()
        if isinstance(it, Password)
    ]
    return [*passwords, *(_variable(name, source) for name, source in found.items())]


def _variable(name: str, source: Source) -> Document:
    match source:
        case Value(text):
            return {"name": variable(name), "value": text}
        case Kept(secret, key):
            return (
                _secret(variable(name), secret, key) if name != "evidence_bucket" else _secret(variable(name), secret, key, optional=True)
            )
        case Password(role):
            return {"name": variable(name), "value": database(role)}


def database(role: str) -> str:
    """The server has to prove its name: who merely encrypts may be speaking with somebody in between."""
    proof = f"sslmode=verify-full&sslrootcert={MOUNTED}/postgres/{CA}"
    return f"postgresql://{role}:$(PASSWORD_{role.upper()})@{postgres.HOST}:{postgres.PORT}/{DATABASE}?{proof}"


def _secret(name: str, secret: str, key: str, *, optional: bool = False) -> Document:
    reference = {"name": secret, "key": key} | ({"optional": True} if optional else {})
    return {"name": name, "valueFrom": {"secretKeyRef": reference}}


def _budget(workload: Workload) -> Document:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": workload.name, "labels": labels(workload.name)},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels(workload.name)}},
    }


def _service(workload: Workload) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": workload.name, "labels": labels(workload.name)},
        "spec": {"selector": labels(workload.name), "ports": [{"name": "http", "port": workload.port, "targetPort": "http"}]},
    }


def _owner() -> list[Document]:
    return [
        _secret(f"PASSWORD_{OWNER.upper()}", postgres.role_secret(OWNER), "password"),
        {"name": "LIANCHENG_DATABASE_OWNER", "value": database(OWNER)},
    ]


def _prepare() -> Document:
    """Tables and rights; roles are the database operator's, topics and users Strimzi's."""
    return _job("prepare", ["python", "-m", "deploy.prepare"], _owner(), ["postgres"])


def _recover() -> Document:
    """Waits until somebody starts it after a restore, with every process scaled to nothing: `kubectl patch job recover …`."""
    more = [
        {"name": "LIANCHENG_KAFKA", "value": PLACE.brokers},
        {"name": "LIANCHENG_KAFKA_CA", "value": PLACE.kafka_ca},
        {"name": "LIANCHENG_KAFKA_ADMIN", "value": kafka.OPERATIONS},
        _secret("LIANCHENG_KAFKA_PASSWORD_ADMIN", kafka.OPERATIONS, "password"),
        _secret("LIANCHENG_HUB_KEY", HUB_SECRET, "hub_key"),
    ]
    job = _job("recover", ["python", "-m", "deploy.prepare", "recover"], [*_owner(), *more], list(AUTHORITIES))
    job["spec"]["suspend"] = True
    return job


def _job(name: str, command: list[str], env: list[Document], servers: list[str]) -> Document:
    container = _bare(name, command, servers) | {
        "env": env,
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels(name)},
        "spec": {
            "backoffLimit": 6,
            "template": {"metadata": {"labels": labels(name)}, "spec": _pod(container, name, servers) | {"restartPolicy": "OnFailure"}},
        },
    }
