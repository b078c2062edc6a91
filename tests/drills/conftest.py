"""Everybody whom a drill needs, and the doctor who is asked before and after."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from random import Random

import pytest

from deploy.demo.merchants import Company
from deploy.demo.patience import until
from deploy.demo.people import Listing
from deploy.doctor.command import disk, examine
from deploy.doctor.patient import Patient
from events.client.hub import Problem
from tests.flow.world import World, enrol
from tests.support.stack import Hub

Doctor = Callable[[], set[str]]
NOT_HERE = frozenset(("backup-old", "calendar-missing"))
"""A hub of a test is never backed up, and the calendar of the year to come may not be out yet."""


@pytest.fixture(scope="session")
def world(hub: Hub) -> Iterator[World]:
    with ExitStack() as opened:
        yield enrol(hub, Random(), opened)


@pytest.fixture(scope="session")
def doctor(hub: Hub) -> Doctor:
    return lambda: asked(hub)


def proposed(world: World, who: Company) -> str:
    """Sanctions of alpha and beta; alpha's number, once a listing is proposed."""
    first = world.alpha.sanction(who, "freeze")
    world.alpha.say("sanction.imposed", who, first)
    world.beta.say("sanction.imposed", who, world.beta.sanction(who, "limit"))
    world.proposal(who, "restricted")
    return str(first["sanction"])


def released(world: World, who: Company) -> Listing:
    """The notice goes out and is handed out. Whoever read the listing before its last account was known reads it again."""

    def release() -> Listing | None:
        listing = world.proposal(who, "restricted")
        try:
            world.reviewer.release(listing, "事实清楚")
        except Problem as problem:
            if problem.status != 412:
                raise
            return None
        return listing

    listing = until("a released notice", release, 20.0, every=0.1)
    world.beta.hand_out(who, "restricted")
    return listing


def restrict(world: World, who: Company) -> str:
    """Sanctions, notice, hearing, silence; alpha's number."""
    number = proposed(world, who)
    released(world, who)
    world.settled(who, lambda found: found.tier == "restricted", "restricted", 60.0)
    return number


def asked(hub: Hub) -> set[str]:
    """What `make doctor` finds now."""
    stack = hub.stack
    it = Patient(stack.settings, stack.reach, stack.secrets, True, datetime.now(UTC), disk)
    return {finding.code for finding in examine(it)} - NOT_HERE
