"""From a sanction on one platform to a restriction on every other, and back."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from deploy.demo.merchants import Company
from deploy.demo.patience import until
from events.client.hub import Problem
from events.client.statement import acknowledged
from tests.flow.members import Platform
from tests.flow.world import World


def test_a_grave_sanction_with_evidence_is_a_watch_that_binds_nobody(world: World) -> None:
    who = world.merchant()
    receipt = world.alpha.say("sanction.imposed", who, world.alpha.sanction(who, "expel"))
    standing = world.tier(who, "watch")
    assert (standing.score, standing.grade) == (500, "C"), "525 points, of which one platform takes 500"
    assert world.alpha.effect(receipt.id).state == "applied"
    assert not any(platform.bound(who) for platform in world.platforms)


def test_without_evidence_it_only_takes_points(world: World) -> None:
    who = world.merchant()
    world.alpha.say("sanction.imposed", who, world.alpha.sanction(who, "expel", evidence=[]))
    assert world.settled(who, lambda found: found.score == 500, "500").tier == "none"


def test_two_platforms_restrict_everywhere_and_one_lift_frees_everywhere(world: World) -> None:
    who = world.merchant()
    sanction = world.restrict(who)
    subject = world.reader.standing(who.uscc).subject_id or ""
    assert all(platform.bound(who) for platform in world.platforms)
    for platform in world.platforms:
        _answer(platform, who)
    until("coverage", lambda: True if set(world.reader.coverage(subject).values()) == {"enforced"} else None)
    world.alpha.say("sanction.lifted", who, {"sanction": sanction, "reason": "overturned"})
    world.tier(who, "watch")  # beta's own limit runs on, and binds beta alone
    assert not any(platform.bound(who) for platform in world.platforms)
    assert len({(platform.replica.digest, platform.replica.count) for platform in world.platforms}) == 1


def _answer(platform: Platform, who: Company) -> None:
    directive = platform.restriction(who)
    assert directive is not None
    said = acknowledged(platform.member, directive, "enforced", time=datetime.now(UTC), action="停止交易")
    assert platform.road.send([said])[0].receipt is not None


def test_nobody_is_restricted_before_the_notice_was_handed_out(world: World) -> None:
    who = world.merchant()
    for platform in (world.alpha, world.beta):
        platform.say("sanction.imposed", who, platform.sanction(who, "freeze"))
    world.reviewer.release(world.proposal(who, "restricted"), "事实清楚")
    notice = until("the notice", lambda: next((one for one in world.gamma.notices(who) if one.tier == "restricted"), None))
    assert notice.respond_days == 5
    assert set(notice.text) == {"zh", "en"}
    assert not world.alpha.bound(who)
    world.tier(who, "watch")


def test_a_decision_of_an_authority_blacklists_by_two_persons(world: World) -> None:
    who = world.merchant()
    document = {"name": "测试监管局", "document": "测监罚〔2026〕1号", "issued_on": "2026-11-20", "sha256": sha256(b"1").hexdigest()}
    decision = world.authority.sanction(who, "freeze", "unsafe_goods", decided_by="authority", authority=document)
    world.authority.say("sanction.imposed", who, decision)
    listing = world.proposal(who, "blacklisted")
    world.reviewer.release(listing, "文书在案")
    world.gamma.hand_out(who, "blacklisted")
    first, second = world.approvers
    until("the hearing's end", lambda: True if first.listing(listing.listing_id).hearing_over(datetime.now(UTC)) else None, 20.0)
    first.decide(first.listing(listing.listing_id), "同意")
    assert not world.alpha.bound(who), "one person decides nothing"
    with pytest.raises(Problem) as refused:
        first.decide(first.listing(listing.listing_id), "同意")
    assert refused.value.status == 409
    second.decide(second.listing(listing.listing_id), "同意")
    world.tier(who, "blacklisted")
    assert all(platform.bound(who) for platform in world.platforms)
    found = world.alpha.restriction(who)
    assert found is not None
    assert "freeze" in {asked.measure for asked in found.measures}
