"""Operators see every panel in their language, and are told when there is nothing to be seen."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from deploy.grafana.panels import ROWS
from deploy.ops import words
from deploy.ops.alerts import table
from deploy.ops.page import legend
from deploy.ops.settings import Settings
from tests.operators.page.conftest import free_port
from tests.support.served import served

pytestmark = pytest.mark.servers

PANELS = [panel for row in ROWS for panel in row.panels]


def until(done: Callable[[], Any], patience: float = 90.0) -> Any:
    """What `done` gives once it gives something."""
    deadline = time.monotonic() + patience
    while not (found := done()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def shown(address: str, title: str) -> dict[str, list[float | None]]:
    """The lines of a panel by their legends."""
    curves = httpx.get(f"{address}/ops/curves").raise_for_status().json()
    panel = curves["panels"][[panel.en for panel in PANELS].index(title)]
    assert all(len(line["values"]) == len(curves["times"]) for line in panel)
    return {line["label"]: line["values"] for line in panel}


def test_it_says_who_answers_and_who_does_not(page: str) -> None:
    up = until(lambda: shown(page, "Processes that answer"))
    assert {process: values[-1] for process, values in up.items()} == {"ops": 1, "gone": 0}


def test_a_process_shows_its_memory_and_one_that_is_gone_nothing(page: str) -> None:
    memory = until(lambda: shown(page, "Resident memory"))
    assert list(memory) == ["ops"]
    assert memory["ops"][-1] > 10_000_000


def test_its_own_loop_is_watched(page: str) -> None:
    """A quantile, so also that buckets come through."""
    delay = until(lambda: (found := shown(page, "Delay of the event loop")) and found["ops p99"][-1] is not None and found)
    assert 0 < delay["ops p99"][-1] < 10


@pytest.mark.parametrize(("language", "query"), [("zh", ""), ("en", "?lang=en"), ("zh", "?lang=xx")])
def test_every_panel_is_there_in_either_language(page: str, language: str, query: str) -> None:
    answer = httpx.get(f"{page}/ops{query}")
    assert re.findall(r'<h3 id="panel-\d+">([^<]*)</h3>', answer.text) == [getattr(panel, language) for panel in PANELS]
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text[:60]


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_nothing_is_inline_and_the_policy_holds_it(page: str, query: str) -> None:
    answer = httpx.get(f"{page}/ops{query}")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", answer.text))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_every_file_of_the_page_is_there(page: str) -> None:
    html = httpx.get(f"{page}/ops").text
    files = re.findall(r'(?:src|href)="(/(?:static|shared)/[^"]+)"', html)
    assert len(files) == 5
    assert {httpx.get(f"{page}{file}").status_code for file in files} == {200}


def test_the_root_leads_to_it_and_nothing_can_be_changed(page: str) -> None:
    assert httpx.get(page).headers["location"] == "/ops"
    assert {httpx.post(f"{page}{path}").status_code for path in ("/ops", "/ops/curves", "/metrics")} == {405}


def rows(address: str, language: str) -> dict[str, tuple[str, ...]]:
    """Of the table of raised alerts: state and severity by what is said."""
    html = httpx.get(f"{address}/ops/alerts?lang={language}").raise_for_status().text.partition("<details>")[0]
    found = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in html.split("<tr>")[2:]]
    return {_text(row[2]): (_text(row[0]), _text(row[1])) for row in found}


def _text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", html).split())


def test_without_prometheus_the_page_works_the_alerts_out_and_says_so(page: str) -> None:
    """Whether it fires already depends on how long this page has been up."""
    down = until(lambda: {said: row for said, row in rows(page, "en").items() if said.endswith("ProcessDown")})
    ((said, (state, severity)),) = down.items()
    assert (said, severity) == ("The process gone does not answer ProcessDown", "page")
    assert state in ("pending", "firing")
    assert "进程 gone 无响应 ProcessDown" in rows(page, "zh")
    told = _text(httpx.get(f"{page}/ops/alerts?lang=en").text)
    assert "the heartbeat beats; 3 rules are not evaluated" in told
    assert "no Prometheus: this page evaluates the rules by itself" in told
    assert told.count("not evaluated") == 3 + 1


def test_the_page_holds_its_alerts_without_a_script(page: str) -> None:
    assert until(lambda: "进程 gone 无响应" in httpx.get(f"{page}/ops").text)


def test_every_alert_leads_to_its_runbook(page: str) -> None:
    html = httpx.get(f"{page}/ops/alerts?lang=en").text
    links = set(re.findall(r'href="(/ops/runbooks/[^"]*)"', html))
    assert links == {f"/ops/runbooks/{rule.runbook}?lang=en" for rule in table.read()}
    for link in links:
        read = httpx.get(f"{page}{link}")
        assert (read.status_code, read.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "怎么办 · What to do</h2>" in read.text
        assert "default-src 'none'" in read.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["gone.md", "..%2F..%2FREADME.md", "restore", "%2Fetc%2Fpasswd"])
def test_nothing_else_is_read_out(page: str, name: str) -> None:
    assert httpx.get(f"{page}/ops/runbooks/{name}").status_code == 404


def test_a_prometheus_that_does_not_answer_is_said() -> None:
    port, away = free_port(), f"http://127.0.0.1:{free_port()}"
    with served("deploy.ops.main", port, {"OPS_PORT": str(port), "PROMETHEUS_URL": away}) as address:
        shown_then = httpx.get(f"{address}/ops").text
        assert away in shown_then
        assert "告警状态未知" in shown_then
        answer = httpx.get(f"{address}/ops/curves")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")


@pytest.mark.parametrize(
    ("environment", "named"),
    [({}, "LIANCHENG_OPS_TARGETS or LIANCHENG_PROMETHEUS_URL"), ({"LIANCHENG_OPS_TARGETS": "gateway:8110"}, "LIANCHENG_OPS_TARGETS")],
)
def test_a_wrong_setting_stops_it_by_name(environment: dict[str, str], named: str) -> None:
    done = subprocess.run([sys.executable, "-m", "deploy.ops.main"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert named in done.stderr
    assert done.stderr.count("\n") == 1


def test_several_targets_are_told_apart() -> None:
    settings = Settings(ops_targets="a=http://127.0.0.1:1/metrics, b=http://127.0.0.1:2/metrics")
    assert {name: address.port for name, address in settings.targets.items()} == {"a": 1, "b": 2}


def test_a_legend_is_filled_in_as_grafana_does() -> None:
    labels = (("action", "lift"), ("age", "late"))
    assert legend("{{action}} {{ age }}", labels) == "lift late"
    assert legend("p50", labels) == "p50"
    assert legend("", labels) == "lift late"


def test_its_words_are_in_both_languages() -> None:
    for zh, en in words.WORDS.values():
        assert zh != en
        assert re.search(r"[\u4e00-\u9fff]", zh + en)
