"""Workers ask for a shorter session than brokers admit by themselves, where the brokers are ours and say that they admit it."""

from pathlib import Path
from typing import Any

import pytest

from deploy.local.access.secrets import Secrets, keep
from deploy.local.servers.kafka import SESSION_SECONDS, SETTINGS
from deploy.local.settings import Settings, Site
from deploy.local.stack import reach
from deploy.manifests import compose, kafka
from deploy.manifests.told import Value, told
from deploy.manifests.workloads import workloads

ADMITTED = "group.min.session.timeout.ms"
SOONEST = 6.0
"""Seconds: what a broker admits that was told nothing."""


def test_our_own_brokers_admit_what_workers_ask_for() -> None:
    (cluster,) = [it for it in kafka.documents() if it["kind"] == "Kafka"]
    properties = dict(line.split("=", 1) for line in compose.document()["configs"]["kafka"]["content"].split("\n") if "=" in line)
    config: dict[str, Any] = cluster["spec"]["kafka"]["config"]
    assert float(SETTINGS[ADMITTED]) == float(config[ADMITTED]) == float(properties[ADMITTED]) == 1000 * SESSION_SECONDS < 1000 * SOONEST


def test_a_site_s_own_brokers_are_asked_for_no_less_than_they_admit(tmp_path: Path) -> None:
    secrets: Secrets = keep(tmp_path, lambda: "0" * 64)
    theirs = reach(Settings(), Site(kafka_bootstrap="broker:9092", kafka_username="admin", kafka_password="x"), secrets)
    assert theirs.kafka.session >= SOONEST
    assert reach(Settings(), Site(), secrets).kafka.session == SESSION_SECONDS


@pytest.mark.parametrize("workload", [it for it in workloads() if it.follows], ids=lambda it: it.name)
def test_workers_in_containers_are_told(workload: Any) -> None:
    assert told(workload, compose.PLACE)["kafka_session"] == Value("3")
