"""The cases in their order: first what wants an idle hub, then what fills it. Subject and peer take turns."""

import os
from collections.abc import Callable, Sequence

import msgspec

from deploy.local.tell import Say
from tests.bench import machine
from tests.bench.cases import memory, watch
from tests.bench.cases.counting import Mismatch, Run
from tests.bench.cases.directive import Directives
from tests.bench.cases.follower import Follower
from tests.bench.cases.intake import Intake
from tests.bench.cases.lookups import Lookups
from tests.bench.cases.textbook import Textbook
from tests.bench.receivers.crowd import WAYS, Crowd
from tests.bench.receivers.decisions import Decisions
from tests.bench.receivers.lifts import Lifts, Samples, last
from tests.bench.report import Result, Spread, percentile
from tests.bench.stack import Bench

RUNS = 3
SAMPLES = 70
"""Of a latency, in each run."""
TOLD = ("stream", "webhook")
"""The ways of the 32 copies and of the 20 addresses."""
RECEIVER_SAMPLES, WARM_SAMPLES, LIFT_SAMPLES, FLOOD_SECONDS = 30, 10, 30, 12.0
ROAD_SECONDS, LOOKUP_SECONDS, WARM_UP_SECONDS = 6.0, 3.0, 2.0

CASES = ("memory", "latency", "receivers", "road", "lookups")
"""In this order: those that list many come before those that fill the log."""

Case = Callable[[], list[Result]]


class Suite:
    """Everything that `make bench` measures."""

    def __init__(self, bench: Bench, seed: int, say: Say) -> None:
        self._bench, self._seed, self._say = bench, seed, say
        self._cases: dict[str, Case] = dict(
            zip(CASES, (self._memory, self._latency, self._receivers, self._road, self._lookups), strict=True)
        )

    def run(self, wanted: Sequence[str]) -> list[Result]:
        return [result for name in CASES if name in wanted for result in self._counted(name, self._cases[name])]

    def _counted(self, name: str, case: Case) -> list[Result]:
        """With what others did on the machine meanwhile; refused when something did not arrive, or arrived twice."""
        self._say(f"{name} …")
        before = machine.Usage.now(os.getpid())
        try:
            found = case()
        except Mismatch as mismatch:
            found = [Result(case=name, unit="", subject=Spread(0, 0, 0), refused=str(mismatch))]
        foreign = round(machine.Usage.now(os.getpid()).foreign(before), 3)
        return [msgspec.structs.replace(result, foreign_cpu=foreign) for result in found]

    def _memory(self) -> list[Result]:
        found = Spread.of([memory.at_rest(self._bench)])
        return [Result(case="memory of the whole stack at rest", unit="GiB", subject=found, goal=1.5, below=True)]

    def _latency(self) -> list[Result]:
        directives = Directives(self._bench, self._seed, RUNS * SAMPLES)
        watch.samples(self._bench, self._seed, "warm-up", SAMPLES // 2)
        turns = [(watch.samples(self._bench, self._seed, f"run{run}", SAMPLES), directives.samples(SAMPLES)) for run in range(RUNS)]
        directives.close()
        return [
            *_latencies("from 201 of a sanction to watch", [samples for samples, _ in turns]),
            *_latencies("from a decision to the directive topic", [samples for _, samples in turns]),
        ]

    def _receivers(self) -> list[Result]:
        """Listings and lifts before the same crowd: it is told of both."""
        crowd = Crowd(self._bench)
        decisions = Decisions(self._bench, crowd, self._seed, WARM_SAMPLES + (RUNS + 1) * RECEIVER_SAMPLES)
        decisions.samples(WARM_SAMPLES)
        idle = [last(decisions.samples(RECEIVER_SAMPLES), TOLD) for _ in range(RUNS)]
        with decisions.load(self._seed, FLOOD_SECONDS):
            loaded = last(decisions.samples(RECEIVER_SAMPLES), TOLD)
        self._bench.rest()
        lifts = Lifts(self._bench, crowd, decisions)
        found = [
            *_latencies("from a decision to the last of 32 copies and 20 webhooks", idle, ((0.5, 20), (0.99, 60))),
            *_latencies("the same while statements come in flat out", [loaded], ((0.5, None), (0.99, 200))),
            *_lifted(lifts.idle(LIFT_SAMPLES), lifts.behind(LIFT_SAMPLES)),
        ]
        crowd.close()
        lifts.close()
        return found

    def _road(self) -> list[Result]:
        intake, follower = Intake(self._bench, self._seed, ROAD_SECONDS), Follower(self._bench, self._seed)
        textbook = Textbook(self._bench, self._seed, ROAD_SECONDS)
        textbook.start()
        intake.run(WARM_UP_SECONDS)
        turns = [(intake.run(), textbook.run(), follower.run()) for _ in range(RUNS)]
        textbook.stop()
        whole, peer, single = (_rates(runs) for runs in zip(*turns, strict=True))
        return [
            Result(case="HTTP batches to casefile rows", unit="statements/s", subject=whole, peer=peer, goal=10),
            Result(case="one follower, topic to rows", unit="facts/s", subject=single, peer=peer, goal=40),
        ]

    def _lookups(self) -> list[Result]:
        lookups = Lookups(self._bench, self._seed, LOOKUP_SECONDS)
        lookups.start()
        turns = [(lookups.run(lookups.hub), lookups.run(lookups.peer)) for _ in range(RUNS)]
        hub, peer = (_rates(runs) for runs in zip(*turns, strict=True))
        ours, theirs = lookups.at_half_load(lookups.hub, hub.median), lookups.at_half_load(lookups.peer, peer.median)
        lookups.stop()
        half = [
            Result(case=f"lookups at half load, p{share:.0%}".rstrip("%"), unit="ms", subject=_only(ours, share), peer=_only(theirs, share))
            for share in (0.5, 0.99)
        ]
        return [Result(case="lookups of standing", unit="lookups/s", subject=hub, peer=peer, goal=5), *half]


def _rates(runs: Sequence[Run]) -> Spread:
    return Spread.of([run.rate for run in runs])


def _only(latencies: Sequence[float], share: float) -> Spread:
    return Spread.of([percentile(latencies, share)])


def _lifted(idle: Samples, behind: Samples) -> list[Result]:
    """Behind the queue against idle."""
    (decided, committed), (decided_behind, committed_behind) = idle, behind
    pairs = [("from a decision to the last of all", last(decided_behind, TOLD), last(decided, TOLD))]
    pairs += [(f"from the commit to the last by {way}", last(committed_behind, (way,)), last(committed, (way,))) for way in WAYS]
    return [
        Result(
            case=f"a lift behind 50,000 listings, {which}, p50",
            unit="ms",
            subject=_only(slow, 0.5),
            peer=_only(quick, 0.5),
            goal=1.5,
            below=True,
        )
        for which, slow, quick in pairs
    ]


Goals = Sequence[tuple[float, float | None]]


def _latencies(case: str, runs: Sequence[Sequence[float]], goals: Goals = ((0.5, 25), (0.99, 80))) -> list[Result]:
    """p50 and p99 of all samples; the range is that of the runs."""
    found = []
    for share, goal in goals:
        single = [percentile(samples, share) for samples in runs]
        whole = percentile([sample for samples in runs for sample in samples], share)
        spread = Spread(whole, min(single), max(single))
        found.append(Result(case=f"{case}, p{share:.0%}".rstrip("%"), unit="ms", subject=spread, goal=goal, below=True))
    return found
