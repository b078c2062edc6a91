"""Poison record, stuck worker, open breaker, a year without a calendar: each runbook from what the doctor says to its all clear."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from deploy.demo.patience import until
from deploy.doctor import machine
from deploy.doctor.command import disk
from deploy.doctor.patient import Patient
from deploy.refusals import command as refusals
from deploy.refusals.command import Intake, Wish
from events.transport.kafka import producer
from services.adjudication.domain.law import calendar
from services.adjudication.domain.law.calendar import working_days_after
from tests.drills.conftest import Doctor, proposed, released, restrict
from tests.flow.test_servers_go_away import children, signal_to
from tests.flow.world import World
from tests.support.stack import Hub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def ask(world: World, **wish: str) -> tuple[int, list[str]]:
    """`make refusals`, as an operator types it."""
    stack, lines = world.hub.stack, []  # type: ignore[var-annotated]
    intake = Intake(stack.reach, bytes.fromhex(stack.secrets.hub_key), os.urandom)
    code = refusals.look(intake, Wish(**wish), datetime.now(UTC), lambda zh, en=None, /: lines.append(en or zh))
    return code, lines


def test_a_poison_record_is_put_aside_looked_at_and_closed(world: World, doctor: Doctor) -> None:
    with closing(producer(world.hub.stack.reach.kafka)) as stranger:
        for partition in range(4):
            stranger.send("liancheng.sanction.v1", b"\x00 nobody's", partition=partition).get(timeout=10)
    until("the doctor's word", lambda: "poison" in doctor() or None, 30.0, every=0.5)
    # Nothing stood still for it.
    restrict(world, world.merchant())
    numbers = [line.split()[0] for line in ask(world)[1] if " poison " in line]
    assert len(numbers) >= 4
    for number in numbers:
        code, (said,) = ask(world, replay=number)
        assert (code, "unreadable" in said) == (1, True)
        ask(world, close=number, reason="written by a stranger; ACLs looked at")
    assert "poison" not in doctor()


@contextmanager
def stuck(hub: Hub) -> Iterator[None]:
    """Adjudication answers nobody within; it is ended behind, however the drill went: the hub is everybody's."""
    worker = hub.pid("adjudicator")
    started = children(worker)
    signal_to(signal.SIGSTOP, worker, *started)
    try:
        yield
    finally:
        signal_to(signal.SIGKILL, *started, worker)


def test_a_stuck_worker_is_found_and_ended_and_nothing_is_lost(world: World, doctor: Doctor) -> None:
    hub, who = world.hub, world.merchant()
    with stuck(hub):
        # Stopped in the middle of a write it keeps the log's lock until PostgreSQL ends it: later, says the gateway meanwhile.
        sanction, id = world.alpha.sanction(who, "freeze"), str(uuid4())
        until("a receipt", lambda: world.alpha.say("sanction.imposed", who, sanction, id), 60.0, every=0.5)
        until("the doctor's word", lambda: "process-down" in doctor() or None, 60.0, every=0.5)
    hub.await_ready("adjudicator")
    world.settled(who, lambda found: found.known, "a dossier", 60.0)
    until("all clear", lambda: None if {"process-down", "process-not-ready", "follower-behind"} & doctor() else True, 60.0, every=0.5)


@pytest.fixture
def hour_of_many(world: World) -> Iterator[None]:
    """So many listings were decided within the hour that the next one is one too many."""
    with psycopg.connect(world.hub.stack.reach.owner, autocommit=True) as owner:
        ids = [uuid4() for _ in range(300)]
        owner.cursor().executemany("INSERT INTO decision VALUES (%s, now(), 'drill', '{alpha,beta}')", [(it,) for it in ids])
        yield
        owner.execute("DELETE FROM decision WHERE listing_id = ANY(%s)", (ids,))


def test_an_open_breaker_holds_and_a_person_lets_pass(world: World, doctor: Doctor, hour_of_many: None) -> None:
    who = world.merchant()
    proposed(world, who)
    proposal = released(world, who)
    until("the doctor's word", lambda: "breaker-held" in doctor() or None, 60.0, every=0.5)
    assert world.reader.standing(who.uscc).tier != "restricted"
    world.approvers[0]._act("hold/release", world.approvers[0].listing(proposal.listing_id), {"reason": "真实的集中整治"})
    world.tier(who, "restricted")
    assert "breaker-held" not in doctor()


def test_a_year_without_a_calendar_is_found_counts_weekdays_and_ends_with_the_calendar(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, at = world.hub.stack, datetime(2026, 9, 28, 4, 0, tzinfo=UTC)
    it = Patient(stack.settings, stack.reach, stack.secrets, True, at, disk)
    assert list(machine.calendar(it)) == []
    known = working_days_after(at, 5)
    assert not known.provisional

    def unknown(day: object) -> bool:
        raise NotImplementedError

    with monkeypatch.context() as year_missing:
        year_missing.setattr(calendar.chinese_calendar, "is_workday", unknown)
        (found,) = machine.calendar(it)
        assert (found.code, found.grave, found.runbook) == ("calendar-missing", True, "calendar-missing")
        provisional = working_days_after(at, 5)
        assert provisional.provisional
        # Too short by the holidays that nobody knows: the runbook tells reviewers to put the decision off.
        assert provisional.moment < known.moment
    assert list(machine.calendar(it)) == []
