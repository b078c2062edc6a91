"""Every process is restarted one by one under load; two versions run side by side, and back; a view changes while it is read."""

import io
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace

from deploy.demo.patience import until
from deploy.local import processes, views
from deploy.local.processes import PROCESSES, Process
from deploy.local.settings import CHECKOUT
from deploy.local.supervision.supervise import Program
from events.client.publish.http import ONE
from tests.drills.conftest import restrict
from tests.flow.flood import Flood
from tests.flow.world import World
from tests.support.stack import free_ports

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]
LONGEST_PAUSE = 2.0
READY = 90.0
BY_NAME = {process.name: process for process in PROCESSES}
UPGRADE = ("projections", "adjudicator", "ingress", "relay", "standing", "desk", "ops", "gateway")
"""Readers of facts before writers, as the runbook says."""
SIDE_BY_SIDE = ("adjudicator", "ingress", "relay", "gateway")


class Caller:
    """Speaks to two gateways as a platform behind a balancer does: one that does not answer is left for the other at once."""

    def __init__(self, world: World, ports: tuple[int, int]) -> None:
        self._world, self._who, self._stop = world, world.merchant(), Event()
        headers = {"Authorization": f"Bearer {world.alpha.given.key}", "Content-Type": ONE}
        self._clients = [httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=2.0) for port in ports]
        self.accepted: list[str] = []
        self.longest = 0.0
        self._thread = Thread(target=self._run, name="caller")

    @contextmanager
    def calling(self) -> Iterator["Caller"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._thread.join()
            for client in self._clients:
                client.close()

    def _run(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(0.02):
            one = self._world.alpha.make("merchant.declared", self._who, {}, id=f"call-{uuid4()}")
            while not self._said(one.event) and not self._stop.wait(0.02):
                pass
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last), now
            self.accepted.append(one.id)

    def _said(self, body: bytes) -> bool:
        for client in list(self._clients):
            try:
                if client.post("/v1/statements", content=body).status_code in (200, 201):
                    return True
            except httpx.TransportError:
                self._clients = self._clients[1:] + self._clients[:1]
        return False


@pytest.fixture
def flood(world: World, tmp_path: Path) -> Iterator[Flood]:
    flood = Flood(world, tmp_path, pause=0.1)
    try:
        yield flood
    finally:
        flood.close()


def program(world: World, process: Process, name: str, **ports: int) -> Program:
    """Another one of a process, at other ports."""
    stack = world.hub.stack
    made = replace(processes.program(process, replace(stack.settings, **ports), stack.secrets, stack.reach), name=name)
    # A second relay waits for the lease of the first, and is well.
    alive = lambda: all(processes.answers(stack.settings.host, port, "/healthz") for port in ports.values())  # noqa: E731
    return replace(made, ready=alive) if process.name == "relay" else made


@contextmanager
def beside(world: World, *programs: Program) -> Iterator[None]:
    """While the context lasts; ready when it begins."""
    supervisor, alone = world.hub.stack.supervisor, world.hub.attendant.alone
    try:
        with alone:
            for it in programs:
                supervisor.start(it)
            supervisor.wait([it.name for it in programs], READY)
        yield
    finally:
        with alone:
            supervisor.stop([it.name for it in programs])


def restart(world: World, name: str) -> None:
    """As an upgrade does: asked to end, and its next version ready before anybody goes on."""
    stack = world.hub.stack
    with world.hub.attendant.alone:
        stack.supervisor.stop([name])
        stack.start_processes((BY_NAME[name],))


def recorded(world: World, ids: list[str]) -> int:
    """Rows, not distinct ones."""
    with world.hub.connect() as conn:
        row = conn.execute("SELECT count(*) FROM hub_events WHERE convert_from(state, 'UTF8')::json ->> 'id' = ANY(%s)", (ids,)).fetchone()
    return 0 if row is None else int(row[0])


def test_every_process_is_restarted_one_by_one_under_load(
    world: World, flood: Flood, record_property: Callable[[str, object], None]
) -> None:
    port = free_ports()["gateway_port"]
    second = program(world, BY_NAME["gateway"], "gateway-2", gateway_port=port)
    with beside(world, second):
        caller = Caller(world, (world.hub.settings.gateway_port, port))
        with flood.flowing(), caller.calling():
            until("a flood", lambda: True if flood.said > 100 else None, 20.0)
            for name in UPGRADE:
                restart(world, name)
    record_property("longest_pause_seconds", round(caller.longest, 3))
    sys.stderr.write(
        f"longest pause of acceptance: {caller.longest * 1000:.0f} ms, {len(caller.accepted)} calls, {flood.said} of the flood\n"
    )
    assert set(UPGRADE) == set(BY_NAME)
    assert caller.longest < LONGEST_PAUSE
    assert recorded(world, caller.accepted) == len(caller.accepted)
    assert flood.settled(120.0) == flood.wanted()
    assert flood.tally().refused == 0


# -- two versions -------------------------------------------------------------------------------------------------------


def git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=CHECKOUT, check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last version whose tables were others, and that starts; the version at hand where there is no history."""
    for commit in git("log", "-12", "--format=%P", "--", "events/transport/migrations").decode().split():
        tree = exported(commit, tmp_path_factory.mktemp("before"))
        if starts(tree):
            return tree
    return exported("HEAD", tmp_path_factory.mktemp("before"))


def exported(commit: str, folder: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def starts(tree: Path) -> bool:
    """A commit between two halves of a change may lack a module."""
    script = f"import {', '.join(BY_NAME[name].module for name in SIDE_BY_SIDE)}"
    return subprocess.run([sys.executable, "-c", script], cwd=tree, check=False, capture_output=True).returncode == 0


def shapes(tree: Path) -> dict[str, str]:
    """Of each view of a version."""
    script = "from projections.catalogue import VIEWS; print(*(f'{name}={view.shape}' for name, view in VIEWS.items()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=tree, check=True, capture_output=True, text=True)
    return dict(word.split("=", 1) for word in done.stdout.split())


def test_two_versions_run_side_by_side_with_statements_in_flight_and_back(world: World, flood: Flood, before: Path) -> None:
    """The tables are the new version's. Readers of views go together with the views' tables, so only where these are the same."""
    same_views = shapes(before) == shapes(CHECKOUT)
    names = (*SIDE_BY_SIDE, *(("projections", "standing") if same_views else ()))
    ports = free_ports()
    older = [
        replace(program(world, BY_NAME[name], f"{name}-before", **{it: ports[it] for it in BY_NAME[name].ports}), folder=before)
        for name in names
    ]
    caller = Caller(world, (world.hub.settings.gateway_port, ports["gateway_port"]))
    with flood.flowing(), caller.calling():
        with beside(world, *older):
            # Side by side: both accept, both relay by one lease, both judge, each its partitions.
            until("a flood", lambda: True if flood.said > 400 else None, 60.0)
            restricted = world.merchant()
            number = restrict(world, restricted)
            # Back: the new ones end, the older ones alone go on.
            with world.hub.attendant.alone:
                world.hub.stack.supervisor.stop(list(names))
                said = flood.said
                until("more of it", lambda: True if flood.said > said + 200 else None, 60.0)
                held = len(caller.accepted)
                until("more calls", lambda: True if len(caller.accepted) > held + 20 else None, 30.0)
                # And forward again: the new relay waits until the older one gives its lease up.
                for name in names:
                    world.hub.stack.supervisor.start(program(world, BY_NAME[name], name))
                world.hub.stack.supervisor.wait([name for name in names if name != "relay"], READY)
        world.hub.await_ready("relay")
        world.alpha.say("sanction.lifted", restricted, {"sanction": number, "reason": "overturned"})
        world.settled(restricted, lambda found: found.tier in ("none", "watch"), "free", 60.0)
    assert recorded(world, caller.accepted) == len(caller.accepted)
    assert flood.settled(120.0) == flood.wanted()
    assert flood.tally().refused == 0


# -- a view of another shape --------------------------------------------------------------------------------------------


def test_a_view_of_another_shape_is_built_beside_and_reads_do_not_pause(world: World) -> None:
    """The tables of the live one are marked as another version's: what an upgrade finds."""
    who, stack = world.merchant(), world.hub.stack
    restrict(world, who)
    with world.hub.connect("projections") as conn:
        row = conn.execute("SELECT generation FROM view WHERE name = 'blacklist'").fetchone()
        assert row is not None
        conn.execute(f"COMMENT ON SCHEMA blacklist_{row[0]} IS 'an earlier version'")
    assert views.outdated(stack.reach.owner) == ["blacklist"]
    stop, answers = Event(), []  # type: ignore[var-annotated]

    def read() -> None:
        while not stop.wait(0.005):
            began = time.monotonic()
            answers.append((world.reader.standing(who.uscc).tier, time.monotonic() - began))

    reading = Thread(target=read, name="reading")
    reading.start()
    try:
        until("reads", lambda: True if len(answers) > 50 else None, 10.0)
        views.rebuild("blacklist", stack.settings, stack.secrets, stack.reach)
        had = len(answers)
        until("reads of the new one", lambda: True if len(answers) > had + 200 else None, 30.0)
    finally:
        stop.set()
        reading.join()
    sys.stderr.write(f"{len(answers)} reads across the switch, the longest {max(seconds for _, seconds in answers) * 1000:.0f} ms\n")
    assert {tier for tier, _ in answers} == {"restricted"}
    assert max(seconds for _, seconds in answers) < LONGEST_PAUSE
    assert views.outdated(stack.reach.owner) == []
