"""More of a process when it falls behind: followers by their lag, what answers people by its processors; and what Prometheus is told."""

from pathlib import Path
from typing import Any

import msgspec

from deploy.manifests.processes import PROMETHEUS, labels
from deploy.manifests.workloads import Workload, workloads
from events.transport.telemetry import LAG_IDS
from events.transport.topics import PARTITIONS

BEHIND = 20_000
"""Ids that one more process is started for: a second's work of one at full load."""
BY_PROCESSOR = ("gateway", "ingress", "standing")
"""Ingress too: members write offsets, not ids, and its lag is theirs to see."""
LAG = f'sum(max by (topic, partition, consumer) ({LAG_IDS._name}{{process="%s"}}))'  # the name is the metric's public one

RULES = Path(__file__).parents[1] / "prometheus"

Document = dict[str, Any]


def documents() -> list[Document]:
    followers = [_by_lag(it) for it in workloads() if it.follows and it.name not in BY_PROCESSOR]
    return [*followers, *(_by_processor(it) for it in workloads() if it.name in BY_PROCESSOR), _scraped(), _watched()]


def _by_lag(workload: Workload) -> Document:
    trigger = {
        "type": "prometheus",
        "metadata": {"serverAddress": PROMETHEUS, "query": LAG % workload.name, "threshold": str(BEHIND)},
    }
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": workload.name, "labels": labels(workload.name)},
        "spec": {
            "scaleTargetRef": {"name": workload.name},
            "pollingInterval": 15,
            # Each change of their number is a rebalance: not at every breath.
            "cooldownPeriod": 600,
            "minReplicaCount": 2,
            # More than there are partitions would have nothing to do.
            "maxReplicaCount": PARTITIONS,
            "fallback": {"failureThreshold": 4, "replicas": 2},
            "triggers": [trigger],
        },
    }


def _by_processor(workload: Workload) -> Document:
    target = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": workload.name, "labels": labels(workload.name)},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.name},
            "minReplicas": 2,
            "maxReplicas": 8,
            "metrics": [target],
        },
    }


def _scraped() -> Document:
    """Every process, under the label that panels and alerts know it by."""
    name = {"sourceLabels": ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], "targetLabel": "process"}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": "liancheng"},
        "spec": {
            "jobLabel": "app.kubernetes.io/part-of",
            "selector": {"matchLabels": {"app.kubernetes.io/part-of": "liancheng"}},
            "podMetricsEndpoints": [{"port": "http", "path": "/metrics", "interval": "15s", "relabelings": [name]}],
        },
    }


def _watched() -> Document:
    """The objectives and the alerts as everywhere else."""
    files = [msgspec.yaml.decode((RULES / name).read_bytes()) for name in ("objectives.yml", "alerts.yml")]
    groups = [group for file in files for group in file["groups"]]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "liancheng"},
        "spec": {"groups": groups},
    }
