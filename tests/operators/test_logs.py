"""Every line on standard output is one JSON object, whoever logs, and carries the statement's correlation id."""

import json
import subprocess
import sys
from typing import Any

import pytest

_BEFORE = """
import logging, threading
from events.transport.telemetry import configure_logs, log, traced
configure_logs("gateway", "info")
"""


def lines(script: str) -> list[dict[str, Any]]:
    """What a process of its own logs: the set-up is for a whole process."""
    done = subprocess.run([sys.executable, "-c", _BEFORE + script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_names_process_level_and_moment() -> None:
    (line,) = lines('log.info("accepted", position=7)')
    assert (line["process"], line["level"], line["event"], line["position"]) == ("gateway", "info", "accepted", 7)
    assert line["at"].endswith("Z")


def test_a_trace_is_on_every_line_inside_and_on_none_after() -> None:
    inside, foreign, after = lines(
        """
with traced("4bf92f3577b34da6a3ce929d0e0e4736"):
    log.info("weighed")
    logging.getLogger("psycopg.pool").warning("slow")
log.info("idle")
"""
    )
    assert inside["trace"] == foreign["trace"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert "trace" not in after


def test_other_libraries_are_heard_from_warning_on() -> None:
    (line,) = lines('logging.getLogger("aiokafka").info("chatter"); logging.getLogger("aiokafka").warning("lost %s", "broker")')
    assert (line["event"], line["level"], line["process"]) == ("lost broker", "warning", "gateway")


def test_what_is_below_the_level_is_not_written() -> None:
    assert lines('log.debug("detail")') == []


@pytest.mark.parametrize("crash", ["raise RuntimeError('bad')", "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()"])
def test_a_crash_is_a_line_too(crash: str) -> None:
    (line,) = lines(crash)
    assert (line["event"], line["level"]) == ("crashed", "critical")
    assert line["exception"][0]["frames"]


def test_a_traceback_shows_no_local_variables() -> None:
    said = "13800138000"
    (line,) = lines(
        f"""
def parse(body):
    raise ValueError("bad")
try:
    parse("{said}")
except ValueError:
    log.exception("failed")
"""
    )
    assert said not in json.dumps(line)


def test_chinese_is_written_as_it_is() -> None:
    done = subprocess.run([sys.executable, "-c", _BEFORE + 'log.info("受理")'], capture_output=True, check=True)
    assert "受理" in done.stdout.decode()


def test_a_wrong_level_stops_the_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", 'from events.transport.telemetry import configure_logs; configure_logs("x", "loud")'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
