"""Who may speak with whom: nobody, but for what a process's roles, its Kafka user and its callers need."""

from typing import Any

from deploy.manifests import kafka, postgres
from deploy.manifests.processes import labels
from deploy.manifests.workloads import Workload, workloads

PUBLIC = ("gateway", "standing", "directives", "adjudication", "regulator")
CALLS = {"regulator": "adjudication", "ops": None}
OUTSIDE = ("directives", "adjudication", "adjudicator", "regulator")
"""Webhooks, the store of evidence, an organisation's log-in: anywhere but the private networks."""
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10"]

Document = dict[str, Any]


def documents() -> list[Document]:
    everybody = {"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "liancheng"}}, "policyTypes": ["Ingress", "Egress"]}
    return [
        _policy("deny-by-default", everybody),
        *(_of(workload) for workload in workloads()),
        *(_job(name) for name in ("prepare", "recover")),
    ]


def _of(workload: Workload) -> Document:
    return _policy(
        workload.name,
        {
            "podSelector": {"matchLabels": labels(workload.name)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [_from(workload)],
            "egress": [_names(), *_servers(bool(workload.roles), workload.kafka_user is not None), *_calls(workload.name)],
        },
    )


def _job(name: str) -> Document:
    return _policy(
        name,
        {
            "podSelector": {"matchLabels": labels(name)},
            "policyTypes": ["Ingress", "Egress"],
            "egress": [_names(), *_servers(True, name == "recover")],
        },
    )


def _from(workload: Workload) -> Document:
    callers: list[Document] = [{"namespaceSelector": _namespace("monitoring")}]
    if workload.name in PUBLIC:
        callers.append({"namespaceSelector": _namespace("ingress")})
    callers += [{"podSelector": {"matchLabels": labels(who)}} for who, whom in CALLS.items() if whom == workload.name]
    return {"from": callers, "ports": [_port(workload.port)]}


def _names() -> Document:
    return {"to": [{"namespaceSelector": _namespace("kube-system")}], "ports": [_port(53, "UDP"), _port(53)]}


def _servers(database: bool, broker: bool) -> list[Document]:
    found = []
    if database:
        found.append({"to": [{"podSelector": {"matchLabels": {"cnpg.io/cluster": postgres.CLUSTER}}}], "ports": [_port(postgres.PORT)]})
    if broker:
        found.append({"to": [{"podSelector": {"matchLabels": kafka.LABEL}}], "ports": [_port(kafka.PORT)]})
    return found


def _calls(name: str) -> list[Document]:
    found: list[Document] = []
    whom = CALLS.get(name)
    if whom is not None:
        port = next(it.port for it in workloads() if it.name == whom)
        found.append({"to": [{"podSelector": {"matchLabels": labels(whom)}}], "ports": [_port(port)]})
    if name == "ops":
        found.append({"to": [{"namespaceSelector": _namespace("monitoring")}], "ports": [_port(9090)]})
    if name in OUTSIDE:
        everywhere = [{"ipBlock": {"cidr": "0.0.0.0/0", "except": PRIVATE}}, {"ipBlock": {"cidr": "2000::/3"}}]
        # The ports of webhooks; the rest needs the first.
        found.append({"to": everywhere, "ports": [_port(port) for port in ((443, 8443) if name == "directives" else (443,))]})
    return found


def _policy(name: str, spec: Document) -> Document:
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def _namespace(name: str) -> Document:
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}


def _port(number: int, protocol: str = "TCP") -> Document:
    return {"protocol": protocol, "port": number}
