"""`make run` starts the machine's own Prometheus where one is installed, and the operators' page then draws from it."""

import os
import re
import socket
from pathlib import Path

import httpx
import msgspec
import pytest

from deploy.local.processes import PROCESSES
from deploy.local.stack import PROMETHEUS
from tests.operators.page.test_the_page import rows, shown, until
from tests.operators.promtool import program
from tests.support.stack import stack

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

OPS = tuple(process for process in PROCESSES if process.name == "ops")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(program('prometheus')).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_the_page_draws_what_prometheus_has_scraped() -> None:
    with stack() as started:
        started.start_prometheus()
        started.start_processes(OPS)
        settings = started.settings
        address = f"http://{settings.host}:{settings.ops_port}"
        assert started.reach.prometheus in httpx.get(f"{address}/ops").text
        every = {process.name for process in PROCESSES}

        def scraped() -> bool:
            up = shown(address, "Processes that answer")
            return set(up) == every and any(up["ops"])

        assert until(scraped)
        assert (settings.folder / "prometheus" / "data").is_dir()
        down = {f"The process {name} does not answer ProcessDown" for name in every - {"ops"}}
        assert until(lambda: down <= rows(address, "en").keys())
        told = httpx.get(f"{address}/ops/alerts?lang=en").text
        assert not re.search("not evaluated|not loaded|this page evaluates", told)
        assert "the heartbeat beats" in told
        rules = httpx.get(f"{started.reach.prometheus}/api/v1/rules").json()["data"]["groups"]
        assert {"liancheng-objectives", "liancheng-objective-lift"} <= {group["name"] for group in rules}
    with pytest.raises(httpx.ConnectError):
        httpx.get(started.reach.prometheus)


@pytest.mark.usefixtures("installed")
def test_one_that_cannot_start_is_said_and_stops_nothing() -> None:
    said: list[str] = []
    with stack() as started, socket.create_server((started.settings.host, started.settings.prometheus_port)):
        started.say = lambda zh, en=None, /: said.append(en or zh)
        started.start_prometheus()
        assert started.reach.prometheus == ""
        assert PROMETHEUS not in started.supervisor.running
    assert said[-1].startswith("going on without Prometheus")


@pytest.mark.usefixtures("installed")
def test_it_can_be_left_out() -> None:
    with stack(prometheus=False) as started:
        started.start_prometheus()
        assert started.supervisor.running == {}


@pytest.mark.usefixtures("bare")
def test_without_one_nothing_is_missed() -> None:
    with stack() as started:
        started.start_prometheus()
        assert (started.supervisor.running, started.reach.prometheus) == ({}, "")


@pytest.mark.usefixtures("installed")
def test_a_site_brings_its_own() -> None:
    with stack() as started:
        started.site = msgspec.structs.replace(started.site, prometheus_url="http://127.0.0.1:9090")
        started.start_prometheus()
        assert started.supervisor.running == {}
