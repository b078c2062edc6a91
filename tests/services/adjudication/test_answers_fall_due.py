"""By when somebody has to answer is seen in the queues, by the merchant and by operators; and when nobody does, the clock grants it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.facts.listing import ListingEnded
from events.facts.safeguard import AnswerOverdue
from events.transport.telemetry import ANSWERS_DUE
from events.wire.token import notice_key, notice_token
from services.adjudication.clock import SWEEP_SECONDS
from tests.domain.spec import days, delivered, imposed
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

DUE = datetime(2026, 3, 17, 16, tzinfo=UTC)
"""The end of the fifth working day after the objection."""


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """Restricted since the tenth of March, and objected to on that day."""
    with opened(database) as found:
        found.court.hear(imposed("tmall"), imposed("pdd"))
        found.act("release", "rui", found.newest("proposed"))
        found.court.hear(delivered("tmall", f"listing-{found.newest('released')}"))
        found.court.wait(days(8))
        found.post(f"/v1/listings/{found.newest('decided')}/objections", {"reason": "并非本店所为"}, "clara")
        yield found


def sweep(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> float:
    """What operators see after the clock has looked."""
    monkeypatch.setattr(desk.court.clock, "_swept", float("-inf"))
    assert SWEEP_SECONDS > 0
    desk.court.clock.tick()
    return float(ANSWERS_DUE._value.get())


def test_the_moment_is_in_the_queue_on_the_listing_and_before_the_merchant(desk: Desk) -> None:
    (item,) = desk.get("/v1/listings", waits="objected").json()["items"]
    assert datetime.fromisoformat(item["answer_by"]) == DUE
    (answer,) = desk.get(f"/v1/listings/{item['listing_id']}").json()["answers"]
    assert (answer["plea"], datetime.fromisoformat(answer["by"])) == ("objection", DUE)
    token = notice_token(notice_key(HUB_KEY), f"listing-{item['listing_id']}", "tmall", "shop-1")
    seen = desk.client.get("/v1/merchant/notice", headers={"Authorization": f"Bearer {token}"}).json()
    assert datetime.fromisoformat(seen["listing"]["answer_by"]) == DUE


def test_operators_are_told_a_day_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sweep(desk, monkeypatch) == 0
    desk.court.now = DUE - days(0.9)
    assert sweep(desk, monkeypatch) == 1
    desk.act("objections/answer", "pan", upheld=False)
    assert sweep(desk, monkeypatch) == 0
    assert desk.court.rows("SELECT answer_by FROM listing") == [(None,)]


def test_unanswered_it_is_granted_and_every_platform_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert DUE in desk.court.due()
    desk.court.now = DUE - days(0.01)
    desk.court.wait(days(0))
    assert not any(isinstance(fact, AnswerOverdue) for fact in desk.court.facts())
    desk.court.wait(days(0.02))
    facts = desk.court.facts()
    assert [(fact.plea, fact.due) for fact in facts if isinstance(fact, AnswerOverdue)] == [("objection", DUE)]
    assert [(fact.why, fact.by) for fact in facts if isinstance(fact, ListingEnded)] == [("revoked", ("clock",))]
    told = [fact for fact in facts if isinstance(fact, DirectiveIssued)][-1]
    assert (told.tier, told.lift) == (Tier.NONE, True)
    assert sweep(desk, monkeypatch) == 0
    assert desk.get("/v1/listings", waits="objected").json()["items"] == []
