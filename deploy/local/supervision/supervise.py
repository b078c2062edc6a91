"""Starts programs, watches them, starts them again with growing pauses, and stops them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from deploy.local.tell import Say, Trouble

GRACE = 10.0  # seconds between asking a program to end and ending it
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
STEADY = 30.0  # seconds after which a program counts as running well
FALLS = 3  # how often a program may end before it was ready once
LONGEST_LOG = 16 * 1024 * 1024


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What to run, and how one knows that it is up."""

    name: str
    command: list[str]
    environment: dict[str, str] = {}
    folder: Path
    ready: Callable[[], bool]
    farewell: signal.Signals = signal.SIGTERM
    """What asks it to end."""
    orphaned: signal.Signals = signal.SIGKILL
    """What it gets when the supervisor itself was killed."""
    user: int | None = None
    group: int | None = None


class Running:
    """One program and its present process, if any."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program, self.log = program, log
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.pause = FIRST_PAUSE
        self.again_at: float | None = None
        self.falls = 0

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        user, group = (-1 if it is None else it for it in (self.program.user, self.program.group))
        tether = [sys.executable, "-I", "-S", str(Path(__file__).with_name("tether.py"))]
        whose = [str(int(self.program.orphaned)), str(os.getpid()), str(user), str(group)]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*tether, *whose, *self.program.command],
                env=self.program.environment,
                cwd=self.program.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.began, self.again_at = time.monotonic(), None

    def ask_to_end(self) -> None:
        """The whole group, of which the process is the leader; a frozen one has to be woken to hear it."""
        if self.process is not None and self.process.returncode is None:
            os.killpg(self.process.pid, self.program.farewell)
            os.killpg(self.process.pid, signal.SIGCONT)

    def reap(self, patience: float = 0.0) -> bool:
        """Whether the process has ended within `patience` seconds, and then with all that it started."""
        if self.process is None or self.process.returncode is not None:
            return True
        deadline = time.monotonic() + patience
        # Looked at before it is waited for: until then its id, which is also the group's, belongs to nobody else.
        while os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        self.end()
        return True

    def end(self) -> None:
        """At once, with all that it started."""
        if self.process is not None and self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_line(self) -> str:
        with self.log.open("rb") as stream:
            stream.seek(max(0, self.log.stat().st_size - 65_536))
            lines = [line for line in stream.read().decode(errors="replace").splitlines() if line.strip()]
        return _words(lines[-1])[:300] if lines else ""


def _words(line: str) -> str:
    """What a line of a log says: of our own JSON the innermost exception, or why, or the event."""
    try:
        said = msgspec.json.decode(line)
        crash = said.get("exception") or []
        return f"{crash[-1]['exc_type']}: {crash[-1]['exc_value']}" if crash else str(said.get("why", said["event"]))
    except (msgspec.DecodeError, AttributeError, KeyError):
        return line


class Supervisor:
    """All programs of one set-up. Single-threaded: whoever owns it calls `watch` several times a second."""

    def __init__(self, logs: Path, say: Say) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.logs, self.say = logs, say
        self.running: dict[str, Running] = {}

    def start(self, program: Program) -> None:
        running = Running(program, self.logs / f"{program.name}.log")
        self.running[program.name] = running
        running.start()

    def wait(self, names: Collection[str], patience: float) -> None:
        """Until all are ready; Trouble with the last line of the log of one that keeps ending or takes longer than `patience` seconds."""
        deadline = time.monotonic() + patience
        waiting = [self.running[name] for name in names]
        while waiting:
            self.watch()
            for running in list(waiting):
                if running.process is not None and running.program.ready():
                    waiting.remove(running)
                    running.falls = 0
                elif running.falls >= FALLS or time.monotonic() > deadline:
                    raise self._never_ready(running)
            time.sleep(0.05)

    def watch(self) -> None:
        """Notice what has ended, and start again what is due."""
        now = time.monotonic()
        for running in self.running.values():
            if running.again_at is not None:
                if now >= running.again_at:
                    running.start()
            elif running.reap():
                self._ended(running, now)

    def stop(self, names: Collection[str] | None = None) -> None:
        """Those named, or all: asked together, the latest first, and ended after GRACE seconds. Nothing of them is left then."""
        ending = [running for name, running in reversed(self.running.items()) if names is None or name in names]
        for running in ending:
            running.ask_to_end()
        deadline = time.monotonic() + GRACE
        for running in ending:
            if not running.reap(max(0.0, deadline - time.monotonic())):
                running.end()
            del self.running[running.program.name]

    def _ended(self, running: Running, now: float) -> None:
        if now - running.began > STEADY:
            running.pause, running.falls = FIRST_PAUSE, 0
        running.again_at = now + running.pause
        name, code, pause = running.program.name, running.process and running.process.returncode, running.pause
        if code == 0:  # it asks to be started again, and has not fallen: the ingress does, when it has to hear a new member
            self.say(f"{name} 重启", f"{name} starts again")
            return
        running.falls += 1
        zh, en = f"{name} 退出（{code}），{pause:g} 秒后重启；日志", f"{name} ended ({code}); again in {pause:g} s; its log:"
        self.say(f"{zh} {running.log}", f"{en} {running.log}")
        running.pause = min(pause * 2, LONGEST_PAUSE)

    def _never_ready(self, running: Running) -> Trouble:
        name, line = running.program.name, running.last_line()
        return Trouble(f"{name} 未能启动：{line}（日志 {running.log}）", f"{name} does not start: {line} (log: {running.log})")
