"""What comes early waits for what it refers to; in whatever order it was said, it ends the same."""

from uuid import uuid4

from deploy.demo.merchants import Company
from deploy.demo.patience import until
from projections.casefile import read as casefile
from tests.flow.members import Platform, report
from tests.flow.world import World


def test_a_lift_before_its_sanction_ends_as_after_it(world: World) -> None:
    ends = []
    for early in (False, True):
        who = world.merchant()
        sanction = world.alpha.sanction(who, "freeze")
        said = [("sanction.imposed", sanction), ("sanction.lifted", {"sanction": sanction["sanction"], "reason": "overturned"})]
        receipts = {name: world.alpha.say(name, who, data) for name, data in (said[::-1] if early else said)}
        _await_state(world.alpha, receipts["sanction.imposed"].id, "discounted")
        standing = world.settled(who, lambda found: found.known and found.score == 1000, "1000")
        ends.append((standing.tier, standing.score, standing.reasons, _state(world.alpha, receipts["sanction.lifted"].id)))
    assert ends[0] == ends[1] == ("none", 1000, (), "applied")


def test_a_lift_alone_waits(world: World) -> None:
    who = world.merchant()
    receipt = world.alpha.say("sanction.lifted", who, {"sanction": f"S-{uuid4()}", "reason": "settled"})
    assert world.alpha.effect(receipt.id).state == "waiting"


def test_a_conclusion_before_its_report_makes_the_same_case(world: World) -> None:
    chains = [_case(world, world.merchant(), reverse) for reverse in (False, True)]
    assert chains[0] == chains[1]
    assert chains[0] == ["evidence.submitted.v1", "report.accepted.v1", "report.concluded.v1", "report.filed.v1"]


def _case(world: World, who: Company, reverse: bool) -> list[str]:
    case, number = f"R-{uuid4()}", f"E-{uuid4()}"
    photo = {"evidence": number, "report": case, "kind": "photo", "sha256": "00" * 32, "bytes": 1, "media": "image/png"}
    said: list[tuple[str, dict[str, object]]] = [
        ("report.filed", report(case, number)),
        ("report.accepted", {"report": case}),
        ("evidence.submitted", photo | {"captured_at": "2026-11-20T08:00:00+08:00"}),
        ("report.concluded", {"report": case, "outcome": "upheld", "reason_code": "proven", "reason": "属实"}),
    ]
    for name, data in reversed(said) if reverse else said:
        world.alpha.say(name, who, data)

    def chain() -> list[str] | None:
        with world.hub.connect() as conn:
            steps = sorted(step.what for step in casefile.chain(conn, "alpha", case))
        return steps if len(steps) == len(said) else None

    return until("the whole case", chain, every=0.05)


def _state(platform: Platform, id: str) -> str:
    return platform.effect(id).state


def _await_state(platform: Platform, id: str, state: str) -> None:
    until(f"{id} {state}", lambda: True if _state(platform, id) == state else None, every=0.02)
