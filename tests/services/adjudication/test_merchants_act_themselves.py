"""With the token that only a notice carries: see, object with evidence, appeal, repair, read one's own file; and nothing else."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest

from events.facts.directive import DirectiveIssued
from events.facts.listing import ListingContested, ListingEnded, ObjectionLodged, RepairApplied
from events.facts.safeguard import AppealLodged
from events.wire.token import notice_key, notice_token
from tests.domain.spec import days, declared, delivered, imposed
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

PROOF = "ab" * 32
KEYS = count()


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as desk:
        yield desk


@pytest.fixture
def served(desk: Desk) -> Desk:
    desk.court.hear(imposed("tmall"), imposed("pdd"))
    desk.act("release", "rui", desk.newest("proposed"))
    desk.court.hear(delivered("tmall", f"listing-{desk.newest('released')}"))
    return desk


def bearer(desk: Desk, platform: str = "tmall", account: str = "shop-1", notice: str | None = None) -> str:
    return notice_token(notice_key(HUB_KEY), notice or f"listing-{desk.newest()}", platform, account)


def see(desk: Desk, what: str, token: str | None = None) -> httpx.Response:
    return desk.client.get(f"/v1/merchant/{what}", headers={"Authorization": f"Bearer {token or bearer(desk)}"})


def say(desk: Desk, what: str, token: str | None = None, *, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or bearer(desk)}", "Idempotency-Key": key or f"m{next(KEYS)}"}
    return desk.client.post(f"/v1/merchant/{what}", json={"reason": "并非本店所为"} | body, headers=headers)


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, body["type"].removeprefix("/problems/"), body.get("guard")


def facts(desk: Desk, kind: type) -> list[Any]:
    return [fact for fact in desk.court.facts() if isinstance(fact, kind)]


def test_the_holder_sees_the_notice_and_what_may_be_done(served: Desk) -> None:
    seen = see(served, "notice").json()
    assert (seen["platform"], seen["account"], seen["tier"]) == ("tmall", "shop-1", "restricted")
    assert (seen["listing"]["state"], seen["listing"]["may"]) == ("served", ["object"])
    assert [(fact["entity"], fact["account"], fact["measure"]) for fact in seen["listing"]["facts"]] == [
        ("alibaba", "shop-1", "freeze"), ("pdd", None, "freeze"),
    ]  # fmt: skip
    served.court.wait(days(8))
    assert see(served, "notice").json()["listing"]["may"] == ["object", "appeal"]
    served.court.now += days(100)
    assert see(served, "notice").json()["listing"]["may"] == ["object", "appeal", "apply-for-repair"]


def test_an_objection_with_evidence_stops_the_silence_and_contests_what_is_in_force(served: Desk) -> None:
    served.court.wait(days(8))
    assert say(served, "objections", evidence=[PROOF]).json() == {"listing_id": served.newest()}
    (lodged,) = facts(served, ObjectionLodged)
    assert (lodged.by, lodged.evidence) == ("merchant:tmall", (PROOF,))
    assert facts(served, ListingContested)[-1].why == "objection"
    assert facts(served, DirectiveIssued)[-1].contested
    words = served.court.rows("SELECT count(*) FROM vault WHERE words = %s", '{"reason":"并非本店所为"}'.encode())
    assert words == [(1,)]


def test_an_appeal_and_a_repair(served: Desk) -> None:
    assert problem(say(served, "appeals")) == (409, "not-allowed-now", "in-force")
    served.court.wait(days(8))
    assert problem(say(served, "repair")) == (409, "not-allowed-now", "long-enough")
    assert say(served, "appeals", evidence=[PROOF]).status_code == 200
    assert problem(say(served, "appeals")) == (409, "not-allowed-now", "no-appeal-before")
    assert facts(served, AppealLodged)[0].by == "merchant:tmall"
    served.court.now += days(100)
    assert say(served, "repair").status_code == 200
    assert facts(served, RepairApplied)[0].by == "merchant:tmall"
    answer = served.act("repair/decide", "an", granted=True)
    assert answer.status_code == 200
    assert facts(served, ListingEnded)[0].why == "repaired"
    seen = see(served, "notice").json()["listing"]
    assert (seen["state"], seen["why"], seen["may"]) == ("ended", "repaired", [])
    assert problem(say(served, "objections")) == (409, "not-allowed-now", "listing-open")


def test_the_own_file_holds_all_that_is_held_and_told_and_points_at_nobody(served: Desk) -> None:
    served.court.wait(days(8))
    own = see(served, "file").json()
    assert (own["accounts"], own["platforms"]) == (["shop-1"], ["pdd", "tmall"])
    assert sorted((one["entity"], one["account"], one["counts"]) for one in own["sanctions"]) == [
        ("alibaba", "shop-1", True), ("pdd", None, True),
    ]  # fmt: skip
    assert [(one["tier"], one["state"]) for one in own["listings"]] == [("restricted", "decided")]
    assert [(one["seq"], one["tier"], one["correction"]) for one in own["told"]] == [(1, "restricted", False)]
    assert served.court.rows("SELECT actor, purpose FROM audit ORDER BY id DESC LIMIT 1") == [("merchant:tmall", "own file")]
    assert "tmall-s1" not in str(own), "no evidence is named"


def test_the_holder_of_a_watchs_notice_sees_his_file_and_has_nothing_to_take_back(desk: Desk) -> None:
    desk.court.hear(imposed("tmall"))
    (weighing,) = desk.court.dossier().watches
    token = bearer(desk, notice=f"watch-{weighing}")
    assert see(desk, "notice", token).json()["tier"] == "watch"
    assert len(see(desk, "file", token).json()["watches_until"]) == 1
    assert problem(say(desk, "objections", token)) == (404, "not-found", None)


def test_no_other_token_opens_it(served: Desk) -> None:
    notice = f"listing-{served.newest()}"
    forged = [
        bearer(served, account="shop-2"), bearer(served, "jd"), bearer(served, notice=f"listing-{UUID(int=1)}"),
        bearer(served, notice=f"watch-{UUID(int=1)}"), notice_token(bytes(32), notice, "tmall", "shop-1"), "lcn_", "lcn_!!",
        "lcn_" + "A" * 86,
        bearer(served)[:-1], f"{bearer(served)}AAAA", "lc_tmall_key-tmall_secret", "x" * 4000,
    ]  # fmt: skip
    for token in forged:
        assert problem(see(served, "notice", token)) == (401, "unauthorized", None), token
        assert problem(say(served, "objections", token)) == (401, "unauthorized", None), token
    assert problem(served.client.get("/v1/merchant/file")) == (401, "unauthorized", None)
    assert facts(served, ObjectionLodged) == []


def test_it_opens_nothing_else(served: Desk) -> None:
    headers = {"Authorization": f"Bearer {bearer(served)}", "Liancheng-Purpose": "x", "Idempotency-Key": "k", "If-Match": '"x"'}
    for path in ("/v1/listings", f"/v1/listings/{served.newest()}", "/v1/accounts/candidates"):
        assert served.client.get(path, headers=headers).status_code == 401
    assert served.client.post(f"/v1/listings/{served.newest()}/decide", json={"reason": "x"}, headers=headers).status_code == 401


def test_an_account_that_was_taken_away_takes_its_token_along(served: Desk) -> None:
    token = bearer(served, "pdd")
    assert see(served, "notice", token).status_code == 200
    served.post("/v1/accounts/unlink", {"reason": "并非同一主体", "platform": "pdd", "account": "shop-1"}, "rui")
    assert problem(see(served, "notice", token)) == (401, "unauthorized", None)


def test_two_holders_may_use_the_same_key_for_their_commands(served: Desk) -> None:
    served.court.hear(declared("tmall", account="shop-2", id="second shop"))
    first = say(served, "objections", key="1", evidence=[PROOF])
    again = say(served, "objections", key="1", evidence=[PROOF])
    other = say(served, "objections", bearer(served, account="shop-2"), key="1")
    assert [answer.status_code for answer in (first, again, other)] == [200, 200, 200]
    assert [fact.by for fact in facts(served, ObjectionLodged)] == ["merchant:tmall", "merchant:tmall"]
    assert problem(say(served, "objections", key="1")) == (409, "idempotency-conflict", None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"reason": "   "}, "reason-required"),
        ({"reason": "字" * 2001}, "bad-parameter"),
        ({"evidence": ["nothing"]}, "bad-parameter"),
        ({"evidence": [PROOF] * 21}, "bad-parameter"),
        ({"extra": 1}, "bad-parameter"),
    ],
)
def test_what_breaks_a_rule_changes_nothing(served: Desk, body: dict[str, Any], code: str) -> None:
    before = len(served.court.facts())
    assert problem(say(served, "objections", **body)) == (422, code, None)
    assert len(served.court.facts()) == before


def test_the_link_opens_a_page_that_loads_nothing_from_elsewhere(desk: Desk) -> None:
    answer = desk.client.get("/v1/merchant")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert sorted(named) == ["?lang=en", "merchant/page.css", "merchant/page.js"]
    for path in sorted(named)[1:]:
        assert desk.client.get(f"/v1/{path}").status_code == 200
    assert "<script>" not in answer.text and "style=" not in answer.text and "onclick" not in answer.text


def test_a_clerk_takes_what_comes_on_paper_and_decides_nothing(served: Desk) -> None:
    listing = served.newest()
    taken = served.post(f"/v1/listings/{listing}/objections", {"reason": "书面异议", "evidence": [PROOF]}, "clara")
    assert taken.json() == {"listing_id": listing}
    for step in ("release", "decide", "reject", "end"):
        answer = served.post(f"/v1/listings/{listing}/{step}", {"reason": "x", "why": "revoked"}, "clara", tag='"x"')
        assert answer.status_code == 403, step
