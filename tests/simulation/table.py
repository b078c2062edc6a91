"""The table of all mixes: rates with 95 % intervals, and how long it takes to list."""

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from math import sqrt
from statistics import median, quantiles
from typing import NamedTuple

from tests.domain.spec import BOOK
from tests.simulation.case import Case, Outcome
from tests.simulation.merchants import GUILTY, KINDS
from tests.simulation.mix import Mix
from tests.simulation.verdicts import Verdicts

Z = 1.959964


class Rate(NamedTuple):
    """So many of so many; Wilson's interval of 95 %, which is right for 0 of n too."""

    found: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        share, z2 = self.found / self.of, Z * Z
        middle, width = share + z2 / (2 * self.of), Z * sqrt(share * (1 - share) / self.of + z2 / (4 * self.of**2))
        scale = 1 + z2 / self.of
        return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.found} of {self.of} ({low:.2%}–{high:.2%})"


def simulate(mix: Mix, seed: int) -> list[Outcome]:
    """Every merchant has a dossier of his own, and a seed that names him. All live at the same time: what people made of an accusation
    against one of them is known when the same accusers speak of another."""
    cases = [
        Case(kind, mix, f"{seed}/{mix.name}/{kind}/{number}")
        for kind in KINDS
        for number in range(mix.accused if kind == "accused" else mix.others)
    ]
    several = [Verdicts(BOOK.breaker) for _ in range(len(cases) // mix.together if mix.together else 1)]
    queue = [(now, number) for number, case in enumerate(cases) if (now := case.next()) is not None]
    heapify(queue)
    while queue:
        now, number = heappop(queue)
        verdicts = several[number % len(several)]
        for fact, entities in cases[number].step(now, verdicts.records(now)):
            verdicts.note((number, fact.listing_id), fact, entities)
        if (later := cases[number].next()) is not None:
            heappush(queue, (later, number))
    return [case.outcome() for case in cases]


def wrongful(outcomes: Iterable[Outcome]) -> Rate:
    """Restricted although nothing grave was ever done."""
    innocent = [it for it in outcomes if it.kind not in GUILTY]
    return Rate(sum(it.restricted for it in innocent), len(innocent))


def row(mix: Mix, outcomes: Sequence[Outcome]) -> str:
    accused = [it for it in outcomes if it.kind == "accused"]
    proposed = Rate(sum(it.proposed for it in accused), len(accused))
    wrong_days = [it.days_restricted for it in outcomes if it.kind not in GUILTY and it.restricted]
    shares = [Rate(sum(it.restricted for it in some), len(some)) for kind in GUILTY if (some := [o for o in outcomes if o.kind == kind])]
    times = [it.days_to_list for it in outcomes if it.kind in GUILTY and it.days_to_list is not None]
    waits = f"{median(times):.0f} / {quantiles(times, n=10)[8]:.0f}" if len(times) > 1 else "–"
    suffered = f"{median(wrong_days):.0f}" if wrong_days else "–"
    return f"| {mix.name} | {proposed} | **{wrongful(outcomes)}** | {suffered} | {shares[0]} | {shares[1]} | {waits} |"


HEAD = """| mix | falsely accused who were proposed | innocent restricted or harder | for how many days (median) | \
repeat offenders listed | platform hoppers listed | days to list (median / p90) |
|---|---|---|---|---|---|---|"""
