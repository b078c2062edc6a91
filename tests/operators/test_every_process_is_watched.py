"""On the whole hub: every process says what it should, in names that Prometheus likes, and under no label that a member chose."""

from collections.abc import Iterator
from itertools import chain
from time import monotonic, sleep
from typing import get_args

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.processes import PROCESSES, metrics
from events.catalogue import STATEMENTS
from events.facts.member import MemberClass
from events.transport import telemetry
from services.directives.webhooks.call.post import Result
from tests.operators.metric_names import complaints
from tests.operators.page.test_the_page import shown, until
from tests.operators.promtool import promtool
from tests.support.stack import Hub

pytestmark = pytest.mark.timeout(240)

TOKEN = "x-chosen-by-a-member"
CLOSED = {
    "member_class": {*get_args(MemberClass), "unknown"},
    "type": {*STATEMENTS, "unknown"},
    "result": {"accepted", "duplicate", "conflict", "refused", "unavailable", *get_args(Result)},
    "kind": {"refused", "conflict", "duplicate", "poison"},
    "method": {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"},
    "service": {"gateway", "standing", "directives", "adjudication", "regulator", "ops"},
    "stage": {"relayed", "decided", "folded", "published"},
    "action": {"restrict", "lift"},
    "age": {"fresh", "late", "overdue"},
    "state": {"used", "idle"},
}
"""Labels whose values are a list of the hub's own. Others are names of its lanes, consumers, topics, pools, route templates, members."""


def expositions(hub: Hub) -> dict[str, str]:
    """Of each process; asked again while one starts anew."""

    def ask(address: str) -> str | None:
        try:
            return httpx.get(f"http://{address}/metrics").raise_for_status().text
        except httpx.HTTPError:
            return None

    return {name: until(lambda address=address: ask(address)) for name, address in metrics(hub.settings).items()}


def families(hub: Hub) -> Iterator[Metric]:
    return chain.from_iterable(text_string_to_metric_families(text) for text in expositions(hub).values())


def test_the_names_are_prometheus_own_way(hub: Hub) -> None:
    told = expositions(hub)
    assert set(told) == {process.name for process in PROCESSES}
    assert {name: found for name, text in told.items() if (found := complaints(text))} == {}


@pytest.mark.parametrize("process", [process.name for process in PROCESSES])
def test_promtool_is_silent(hub: Hub, process: str) -> None:
    assert promtool("check", "metrics", given=expositions(hub)[process].encode()) == ""


def test_a_member_chooses_no_label(hub: Hub) -> None:
    key = {"Authorization": f"Bearer {hub.enrol('labeller').key}"}
    said = {
        "specversion": "1.0",
        "id": TOKEN,
        "source": "/platforms/labeller",
        "type": TOKEN,
        "subject": TOKEN,
        "data": {"merchant": TOKEN},
    }
    headers = key | {"Content-Type": "application/cloudevents+json"}
    assert httpx.post(f"{hub.url('gateway')}/v1/statements", json=said, headers=headers).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    for service in ("gateway", "standing", "directives", "adjudication", "regulator"):
        httpx.request(TOKEN.upper(), f"{hub.url(service)}/{TOKEN}", params={TOKEN: TOKEN}, headers={"User-Agent": TOKEN, **key})
    assert [name for name, text in expositions(hub).items() if TOKEN.lower() in text.lower()] == []
    strange = {
        (family.name, label, value)
        for family in families(hub)
        for sample in family.samples
        for label, value in sample.labels.items()
        if family.name.startswith("liancheng_") and label in CLOSED and value not in CLOSED[label]
    }
    assert strange == set()


def test_every_label_of_the_catalogue_is_accounted_for() -> None:
    ours = {"lane", "consumer", "topic", "partition", "pool", "route", "platform", "status"}
    assert {label for metric in telemetry.METRICS.values() for label in metric._labelnames} <= ours | set(CLOSED)


def vitals(hub: Hub) -> dict[str, set[str]]:
    """What each process has a number for that is not nothing."""
    return {
        name: {sample.name for family in text_string_to_metric_families(text) for sample in family.samples if sample.value}
        for name, text in expositions(hub).items()
    }


def test_every_process_says_how_it_is(hub: Hub) -> None:
    hub.enrol("watched")  # without a member the ingress has nothing to follow yet
    every = {process.name for process in PROCESSES}
    wanted = {
        "process_resident_memory_bytes": every,
        "liancheng_build_info": every,
        "liancheng_loop_delay_seconds_count": every - {"relay"},  # it has threads and no event loop
        "liancheng_pool_connections": {"gateway", "standing", "desk"},  # the others have connections of their own, or none
    }

    def missing() -> dict[str, set[str]]:
        told = vitals(hub)
        return {metric: gone for metric, names in wanted.items() if (gone := {name for name in names if metric not in told[name]})}

    still = missing()
    deadline = monotonic() + 90.0
    while still and monotonic() < deadline:
        sleep(0.2)
        still = missing()
    assert still == {}
    info = [sample.labels for family in families(hub) if family.name == "liancheng_build_info" for sample in family.samples]
    assert {one["process"] for one in info} == every


def test_the_operators_page_sees_everybody(hub: Hub) -> None:
    address = f"http://{hub.settings.host}:{hub.settings.ops_port}"

    def everybody() -> bool:
        up = shown(address, "Processes that answer")
        return set(up) == {process.name for process in PROCESSES} and all(values[-1] == 1 for values in up.values())

    assert until(everybody)
