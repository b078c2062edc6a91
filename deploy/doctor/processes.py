"""Whether each process answers, is ready, and stays up."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import msgspec

from deploy.doctor.finding import Finding
from deploy.doctor.machine import moment
from deploy.doctor.patient import Patient
from deploy.local.processes import PROCESSES
from events.transport.telemetry import is_ready

FALLS, WITHIN = 3, timedelta(minutes=15)
_TAIL = 1024 * 1024


def nobody(patient: Patient) -> Iterator[Finding]:
    if not patient.running:
        yield Finding("not-running", True, "没有在运行", "Nothing is running", "make run", "`make run`")


def answering(patient: Patient) -> Iterator[Finding]:
    if not patient.running:
        return
    until = time.monotonic() + patient.patience
    for process in PROCESSES:
        for port in process.ports:
            word = _in_time(patient.settings.host, getattr(patient.settings, port), until)
            if word is None:
                log = patient.settings.logs / f"{process.name}.log"
                yield Finding(
                    "process-down",
                    True,
                    f"{process.name}（{port.removesuffix('_port')}）没有应答",
                    f"{process.name} ({port.removesuffix('_port')}) does not answer",
                    f"看 {log} 的最后一行；冻住的用 kill -9 结束，会自动重启且不丢不重",
                    f"Read the last line of {log}; end a frozen one with kill -9: it is started again, and loses and doubles nothing",
                    "stuck-worker",
                )
            elif not is_ready(word):
                yield Finding(
                    "process-not-ready",
                    True,
                    f"{process.name}（{port.removesuffix('_port')}）未就绪：{word}",
                    f"{process.name} ({port.removesuffix('_port')}) is not ready: {word}",
                    "先处理本页其他各项；原因如上",
                    "See the other findings of this page first; the reason is above",
                    "process-down",
                )


def restarting(patient: Patient) -> Iterator[Finding]:
    """By the crashes that its log tells of."""
    for process in PROCESSES:
        falls = _falls(patient.settings.logs / f"{process.name}.log", patient.now - WITHIN)
        if len(falls) >= FALLS:
            yield Finding(
                "process-restarting",
                True,
                f"{process.name} 十五分钟内倒下 {len(falls)} 次：{falls[-1]}",
                f"{process.name} fell {len(falls)} times within 15 minutes: {falls[-1]}",
                "按原因处理；若是刚升级，退回上一版",
                "Treat the cause; when it was upgraded just now, go back to the version before",
                "process-down",
            )


def _in_time(host: str, port: int, until: float) -> str | None:
    """What it says last, once it is ready or the time is over."""
    while True:
        word = _ready(host, port)
        if (word is not None and is_ready(word)) or time.monotonic() >= until:
            return word
        time.sleep(0.25)


def _ready(host: str, port: int) -> str | None:
    """What /readyz says; None when nobody answers."""
    connection = HTTPConnection(host, port, timeout=2.0)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        body = answer.read(200).decode(errors="replace").strip()
        return "ready" if answer.status == 200 else body or str(answer.status)
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _falls(log: Path, since: datetime) -> list[str]:
    """What each critical line since then says, oldest first."""
    if not log.exists():
        return []
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - _TAIL))
        lines = stream.read().splitlines()
    found = []
    for line in lines:
        if b'"critical"' not in line:
            continue
        try:
            said = msgspec.json.decode(line, type=dict[str, object])
        except msgspec.DecodeError:
            continue
        at = moment(said.get("at"))
        if at is not None and at >= since:
            crash = said.get("exception")
            last = crash[-1] if isinstance(crash, list) and crash and isinstance(crash[-1], dict) else {}
            found.append(str(last.get("exc_value") or said.get("why") or said.get("event")).splitlines()[0][:200])
    return found
