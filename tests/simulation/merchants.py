"""Merchants: what each kind does, and what platforms, right or wrong, make of it over two years."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import log
from random import Random
from typing import Literal, NamedTuple

from events.facts.fact import Category, Measure
from services.adjudication.reporters.ladder import Reporter, conclude, evolve
from services.adjudication.reporters.quota import Restraint
from tests.services.reporters.said import concluded, filed
from tests.simulation.figures import RATES
from tests.simulation.mix import PLATFORMS, Mix

Kind = Literal["honest", "sloppy", "repeat", "hopping", "accused"]
KINDS: tuple[Kind, ...] = ("honest", "sloppy", "repeat", "hopping", "accused")
GUILTY: tuple[Kind, ...] = ("repeat", "hopping")
YEARS = 2
GRAVE = (Measure.LIMIT, Measure.FREEZE, Measure.EXPEL)


class Sanction(NamedTuple):
    """One sanction as a platform will impose it; `reversed_after` when an appeal to the platform will succeed."""

    after: timedelta
    platform: str
    measure: Measure
    reversed_after: timedelta | None = None


def days(number: float) -> timedelta:
    return timedelta(days=number)


def life(kind: Kind, mix: Mix, random: Random, began: datetime) -> list[Sanction]:
    """All sanctions that the merchant gets, right and wrong, in the order of time."""
    match kind:
        case "sloppy":
            own = list(_sloppy(random))
        case "repeat":
            own = list(_repeat(random))
        case "hopping":
            own = list(_hopping(random))
        case _:
            own = []
    campaign = kind == "accused"
    return sorted([*own, *_errors(mix, random, began, campaign=campaign), *(_hostile(mix, random) if campaign else ())])


def _moments(random: Random, every: float) -> Iterator[timedelta]:
    """Of something that happens every so many days on average."""
    at = random.expovariate(1 / every)
    while at < 365 * YEARS:
        yield days(at)
        at += random.expovariate(1 / every)


def _sloppy(random: Random) -> Iterator[Sanction]:
    """Small things, all over the place; once in a while a platform limits him for one."""
    for at in _moments(random, 90):
        if random.random() < RATES.acted_on:
            measure = random.choices((Measure.WARN, Measure.POINTS, Measure.LIMIT), (0.6, 0.38, 0.02))[0]
            yield Sanction(at, random.choice(PLATFORMS), measure)


def _repeat(random: Random) -> Iterator[Sanction]:
    """Grave violations every month and a half, on the three platforms where he is."""
    here = random.sample(PLATFORMS, 3)
    for at in _moments(random, 45):
        if random.random() < RATES.acted_on:
            yield Sanction(at, random.choice(here), random.choice(GRAVE))


def _hopping(random: Random) -> Iterator[Sanction]:
    """Grave violations every month on one platform, until it freezes or expels him; then on the next."""
    route = random.sample(PLATFORMS, len(PLATFORMS))
    for at in _moments(random, 30):
        if route and random.random() < RATES.acted_on:
            measure = random.choice(GRAVE)
            yield Sanction(at, route[0], measure)
            if measure is not Measure.LIMIT:
                route.pop(0)


def _errors(mix: Mix, random: Random, began: datetime, *, campaign: bool) -> Iterator[Sanction]:
    """What honest platforms get wrong about a merchant, more often while colluding reporters accuse him and are still heard."""
    for number, platform in enumerate(PLATFORMS):
        if mix.is_hostile(platform):
            continue
        rate = RATES.errs_a_year * (mix.errors * (1 + _more_reports(mix, random, began)) if campaign else 1)
        for at in _moments(random, 365 / rate):
            after = None
            if random.random() < RATES.innocent_objects * RATES.reversal[number % 2]:
                after = days(random.expovariate(log(2) / (RATES.hours[number % 2] / 24)))
            yield Sanction(at, platform, random.choice(GRAVE), after)


def _more_reports(mix: Mix, random: Random, began: datetime) -> float:
    """How many false reports there are for each true one, after the ladder has held back whoever was found out: at 50 %, one at most."""
    if not mix.colluding:
        return 0.0
    state, now, let_through, reports = Reporter(), began, 0, 12
    for number in range(reports):
        now += days(30)
        placed = state.placed
        restraint = Restraint(placed.quota_until, placed.suspended_until) if placed is not None else Restraint()
        if restraint.why(1, now) is None:
            let_through += 1
            finding = "malicious" if random.random() < RATES.found_false else None
            for fact in conclude(state, filed(f"R-{number}", at=now), concluded(f"R-{number}", finding, at=now), now):
                state = evolve(state, fact)
    return mix.colluding / (1 - mix.colluding) * let_through / reports


def _hostile(mix: Mix, random: Random) -> Iterator[Sanction]:
    """A hostile platform sanctions him gravely three times, reverses nothing, and claims to have delivered what it has not."""
    for platform in PLATFORMS[: mix.hostile]:
        for _ in range(3):
            yield Sanction(days(random.uniform(0, 365 * YEARS)), platform, random.choice(GRAVE))


CATEGORY = Category.FRAUD
"""Of everything grave: the worst case, in which all of it corroborates."""
