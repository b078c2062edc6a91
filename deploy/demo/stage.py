"""The shops on the stage: each a process of its own, spoken to by lines of JSON."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self

import msgspec

from deploy.demo.patience import Overdue

Line = dict[str, Any]


class Shop:
    """One shop's process. Everything that it tells without being asked is kept in `told`, in order."""

    def __init__(self, code: str, name: str, identity: Mapping[str, object], log: Path) -> None:
        self.code, self.name = code, name
        self.told: list[Line] = []
        self._log = log
        self._replies: dict[int, Line] = {}
        self._news, self._numbers = Condition(), count(1)
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.demo.shop"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        Thread(target=self._listen, name=f"hears {code}", daemon=True).start()
        self._write(identity)

    def ask(self, do: str, *, seconds: float = 10.0, **words: object) -> Line:
        """One command and its answer."""
        number = next(self._numbers)
        self._write({"n": number, "do": do, **words})
        return self._await(f"{self.code}: {do}", lambda: self._replies.pop(number, None), seconds)

    def hear(self, event: str, test: Callable[[Line], bool], *, seconds: float = 10.0) -> Line:
        """The first thing of that kind, told or still to come, that passes the test."""

        def heard() -> Line | None:
            return next((line for line in self.told if line["event"] == event and test(line)), None)

        return self._await(f"{self.code}: {event}", heard, seconds)

    def leave(self) -> None:
        """Its input ends, and so does it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _write(self, line: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(line) + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Overdue(f"{self.code}: the shop has ended, see {self._log}") from None

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = msgspec.json.decode(raw)
            with self._news:
                if "n" in line:
                    self._replies[line["n"]] = line
                else:
                    self.told.append(line)
                self._news.notify_all()

    def _await(self, what: str, ask: Callable[[], Line | None], seconds: float) -> Line:
        deadline = monotonic() + seconds
        with self._news:
            while (answer := ask()) is None:
                left = deadline - monotonic()
                if left <= 0 or self._process.poll() is not None:
                    raise Overdue(f"{what} ({seconds:g} s)" if left <= 0 else f"{what}: the shop has ended")
                self._news.wait(min(left, 0.5))
            return answer


class Stage:
    """All shops, from their entrance to their leave."""

    def __init__(self, shops: list[Shop]) -> None:
        self.shops = shops

    def __getitem__(self, code: str) -> Shop:
        return next(shop for shop in self.shops if shop.code == code)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for shop in self.shops:
            shop.leave()
