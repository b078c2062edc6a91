"""Notices, effects, coverage, profile and digest over real HTTP: every route and status of the contract."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from events.facts.dossier import AccountAttached, AccountRef, LiftNoted, SanctionDiscounted, StatementRef
from events.facts.enforcement import EnforcementAcknowledged
from events.facts.fact import Tier
from events.facts.sanction import DirectiveRef
from services.directives.token import EffectPlace, NoticePlace, Place
from tests.services.directives.conftest import CLASSES, Desk, problem
from tests.services.directives.made import NOON, directive, released, served, subject

# Nobody else's subjects: modules share no database, tests do.
NOTED, COVERED, SETTLED, COPIED = 100, 200, 300, 400


def notices(desk: Desk, code: str, since: str | None = None, **query: object) -> tuple[list[dict[str, Any]], str, bool]:
    answer = desk.get(code, "/v1/notices", **({"since": since} if since else {}), **query)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return page["items"], page["next"], page["more"]


def await_notices(desk: Desk, code: str, since: str) -> list[dict[str, Any]]:
    until = time.monotonic() + 3
    while not (items := notices(desk, code, since)[0]):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.01)
    return items


def test_a_notice_goes_to_platforms_with_an_account_and_comes_again_when_it_is_served(desk: Desk) -> None:
    accounts = (("tmall", "shop-1"), ("pdd", "mall-7"))
    tokens = {code: notices(desk, code)[1] for code in ("tmall", "pdd", "jd")}
    desk.record(released("n-1", *accounts, number=NOTED))
    (first,) = await_notices(desk, "tmall", tokens["tmall"])
    assert (first["notice"], first["account"], first["respond_days"], first["respond_by"]) == ("n-1", "shop-1", 5, None)
    assert first["rules"] == "https://hub.example/v1/rulebooks/2026.1" and first["demo"] is True
    assert first["link"].startswith("https://hub.example/v1/merchant#lcn_")
    assert {"facts", "basis", "measures", "rights", "text"} <= first.keys() and {"zh", "en"} == first["text"].keys()
    (_, after, _) = notices(desk, "tmall", tokens["tmall"])
    desk.record(served("n-1", *accounts, number=NOTED))
    (again,) = await_notices(desk, "tmall", after)
    assert (again["notice"], again["respond_by"]) == ("n-1", "2026-11-27T15:59:59Z")
    assert [item["account"] for item in notices(desk, "pdd", tokens["pdd"])[0]] == ["mall-7", "mall-7"]
    assert notices(desk, "jd", tokens["jd"])[0] == []


def test_a_notice_that_moved_to_another_dossier_is_still_found_when_it_is_served(desk: Desk) -> None:
    token = notices(desk, "jd")[1]
    desk.record(released("n-2", ("jd", "s-2"), number=NOTED + 1))
    desk.record(served("n-2", ("jd", "s-2"), number=NOTED + 2))
    time.sleep(0.3)
    assert [item["respond_by"] for item in notices(desk, "jd", token)[0]] == [None, "2026-11-27T15:59:59Z"]


def test_a_watch_asks_for_no_answer(desk: Desk) -> None:
    token = notices(desk, "jd")[1]
    desk.record(released("w-1", ("jd", "s-3"), number=NOTED + 3, tier=Tier.WATCH))
    (watch,) = await_notices(desk, "jd", token)
    assert (watch["tier"], watch["respond_days"], watch["measures"]) == ("watch", None, [])


def test_pages_of_notices_leave_nothing_out(desk: Desk) -> None:
    token = notices(desk, "pdd")[1]
    desk.record(*(released(f"p-{n}", ("pdd", "s-4"), ("jd", "s-5"), number=NOTED + 4) for n in range(5)))
    time.sleep(0.3)
    found, more = list[str](), True
    while more:
        items, token, more = notices(desk, "pdd", token, limit=2)
        assert len(items) <= 2
        found += [item["notice"] for item in items]
    assert found == [f"p-{n}" for n in range(5)] and notices(desk, "pdd", token)[0] == []


def test_bad_tokens_of_notices_are_refused(desk: Desk) -> None:
    assert problem(desk.get("tmall", "/v1/notices", since=str(Place(1, 0)))) == (422, "bad-parameter")
    assert problem(desk.get("tmall", "/v1/notices", since=str(NoticePlace(2, 0)))) == (410, "token-gone")
    assert problem(desk.get("tmall", "/v1/notices", since=str(NoticePlace(1, 1 << 60)))) == (410, "token-gone")


# --- the digest of a copy ---


def test_a_faithful_copy_agrees_at_its_token_also_when_more_was_issued_since(desk: Desk) -> None:
    desk.record(directive(COPIED, 1), directive(COPIED + 1, 1))
    time.sleep(0.3)
    reader = desk.reader("pdd")
    reader.read()
    told = {"token": reader.token, "digest": reader.digest, "count": reader.count}
    desk.record(directive(COPIED + 2, 1))
    answer = desk.put("pdd", "/v1/digest", told)
    assert answer.status_code == 200
    assert answer.json() == {"agrees": True, "digest": reader.digest, "count": reader.count, "resync": False}
    with desk.database.connect() as owner:
        kept = owner.execute("SELECT token, digest, count, agrees FROM platform_digest WHERE code = 'pdd'").fetchone()
    assert kept == (reader.token, reader.digest, reader.count, True)


def test_a_copy_that_differs_is_told_and_counted(desk: Desk) -> None:
    reader = desk.reader("jd")
    reader.read()
    before = mismatches(desk)
    answer = desk.put("jd", "/v1/digest", {"token": reader.token, "digest": "0" * 64, "count": reader.count + 1})
    assert answer.status_code == 200 and answer.json() == {"agrees": False, "digest": reader.digest, "count": reader.count, "resync": True}
    assert mismatches(desk) == before + 1


def mismatches(desk: Desk) -> float:
    lines = desk.http.get("/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("liancheng_digest_mismatches_total ")))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"token": "rubbish"}, (422, "bad-parameter")),
        ({"token": str(NoticePlace(1, 0))}, (422, "bad-parameter")),
        ({"token": str(Place(2, 0))}, (410, "token-gone")),
        ({"digest": "A" * 64}, (422, "bad-parameter")),
        ({"digest": None}, (422, "bad-parameter")),
        ({"count": -1}, (422, "bad-parameter")),
        ({"more": 1}, (422, "bad-parameter")),
    ],
)
def test_a_digest_that_cannot_be_compared_is_a_problem(desk: Desk, change: dict[str, object], expected: tuple[int, str]) -> None:
    told = {"token": str(Place(1, 0)), "digest": "0" * 64, "count": 0}
    assert problem(desk.put("tmall", "/v1/digest", told | change)) == expected


# --- what a platform tells of itself ---


def test_a_profile_is_kept_and_the_legal_entity_is_not_for_the_platform_to_change(desk: Desk) -> None:
    assert desk.get("tmall", "/v1/platform").json()["legal_entity"] == "tmall Ltd"
    profile = {
        "measures": {"limit": "禁止上新", "freeze": "冻结店铺"},
        "response_times": {"restrict": 3600, "lift": 60},
        "rules": "https://rules.example/joint",
    }
    kept = desk.put("tmall", "/v1/platform", profile)
    assert kept.status_code == 200 and kept.json() == {"code": "tmall", "legal_entity": "tmall Ltd", **profile}
    assert desk.get("tmall", "/v1/platform").json() == kept.json()
    assert problem(desk.put("tmall", "/v1/platform", {**profile, "legal_entity": "another"})) == (422, "bad-parameter")
    assert desk.put("tmall", "/v1/platform", {}).json()["measures"] == {}


@pytest.mark.parametrize(
    "profile", [{"measures": {"banish": "x"}}, {"measures": {"limit": ""}}, {"rules": "ftp://x"}, {"response_times": {"lift": 0}}, []]
)
def test_a_wrong_profile_is_a_problem(desk: Desk, profile: object) -> None:
    assert problem(desk.put("pdd", "/v1/platform", profile)) == (422, "bad-parameter")


# --- what became of things ---


def acknowledged(code: str, number: int, seq: int, state: Any) -> EnforcementAcknowledged:
    return EnforcementAcknowledged(
        id=f"ack-{number}-{seq}-{state}",
        source=f"/platforms/{code}",
        account="shop-1",
        time=NOON,
        recorded_at=datetime.now(UTC),
        sha256="0" * 64,
        directive=DirectiveRef(subject(number), seq),
        state=state,
    )


def test_coverage_shows_a_platform_itself_and_a_regulator_everybody(desk: Desk) -> None:
    desk.road.travel(
        directive(COVERED, 4, accounts=[("tmall", "shop-1"), ("pdd", "mall-7")]),
        acknowledged("tmall", COVERED, 4, "received"),
        acknowledged("tmall", COVERED, 4, "enforced"),
    )
    address = f"/v1/coverage?subject_id={subject(COVERED)}"
    everybody = desk.http.get(address, headers=desk.callers["eye"] | {"Liancheng-Purpose": "complaint 7"}).json()["items"]
    assert [row["platform"] for row in everybody] == ["pdd", "tmall"]
    (mine,) = desk.get("tmall", "/v1/coverage", subject_id=subject(COVERED)).json()["items"]
    assert mine == everybody[1] and mine["sent"]["seq"] == 4 and mine["answers"].keys() == {"received", "enforced"}
    assert mine["overdue_since"] is None and everybody[0]["overdue_since"] == "2026-11-20T04:00:00Z"
    assert desk.get("jd", "/v1/coverage", subject_id=subject(COVERED)).json() == {"items": []}
    assert problem(desk.get("eye", "/v1/coverage", subject_id=subject(COVERED))) == (422, "purpose-required")
    with desk.database.connect() as owner:
        audited = owner.execute("SELECT actor, purpose FROM audit WHERE resource = %s", (f"coverage/{subject(COVERED)}",)).fetchall()
    assert audited == [("eye", "complaint 7")]
    assert problem(desk.get("eye", "/v1/coverage", subject_id="x")) == (422, "bad-parameter")
    assert problem(desk.get("eye", "/v1/coverage")) == (422, "bad-parameter")


def test_effects_tell_a_member_what_became_of_its_statements_and_nobody_elses(desk: Desk) -> None:
    token = desk.get("tmall", "/v1/effects").json()["next"]
    mine, others = StatementRef("/platforms/tmall", "lift-1"), StatementRef("/platforms/pdd", "lift-2")
    account = AccountRef("tmall", "shop-1")
    shared: dict[str, Any] = {"subject_id": subject(SETTLED), "at": NOON}
    desk.road.travel(AccountAttached(**shared, account=account, why="opened"))
    for statement in (mine, others):
        desk.road.travel(LiftNoted(**shared, statement=statement, account=account, sanction="s-1", waiting=True, reason="overturned"))
    page = desk.get("tmall", "/v1/effects", since=token).json()
    assert [(item["statement"], item["state"]) for item in page["items"]] == [("lift-1", "waiting")] and page["more"] is False
    assert desk.get("tmall", "/v1/effects/lift-1").json() == page["items"][0]
    assert problem(desk.get("tmall", "/v1/effects/lift-2")) == (404, "not-found")
    assert desk.get("pdd", "/v1/effects/lift-2").json()["state"] == "waiting"
    desk.road.travel(SanctionDiscounted(**shared, weighing=UUID(int=5), why="overturned", of=mine))
    again = desk.get("tmall", "/v1/effects", since=page["next"]).json()
    assert [(item["statement"], item["state"], item["why"]) for item in again["items"]] == [("lift-1", "discounted", "overturned")]
    assert desk.get("samr", "/v1/effects").json()["items"] == []


def test_bad_tokens_of_effects_are_refused(desk: Desk) -> None:
    assert problem(desk.get("tmall", "/v1/effects", since="rubbish")) == (422, "bad-parameter")
    assert problem(desk.get("tmall", "/v1/effects", since=str(EffectPlace(7, 1, {})))) == (410, "token-gone")


ALLOWED = {
    ("GET", "/v1/effects"): {"platform", "authority"},
    ("GET", "/v1/effects/none"): {"platform", "authority"},
    ("GET", f"/v1/coverage?subject_id={subject(COVERED)}"): {"platform", "regulator"},
    ("GET", "/v1/platform"): {"platform"},
    ("PUT", "/v1/platform"): {"platform"},
    ("PUT", "/v1/digest"): {"platform"},
}


@pytest.mark.parametrize(("method", "path"), ALLOWED)
def test_each_route_is_for_the_classes_that_the_contract_names(desk: Desk, method: str, path: str) -> None:
    for code, member_class in CLASSES.items():
        answer = desk.http.request(method, path, headers=desk.callers[code], json={} if method == "PUT" else None)
        assert (answer.status_code == 403) == (member_class not in ALLOWED[method, path]), (code, answer.text)
    assert problem(desk.http.request(method, path)) == (401, "unauthorized")


def test_the_service_describes_itself(desk: Desk) -> None:
    described = desk.http.get("/openapi.json").json()["paths"]
    routes = {
        "/v1/directives",
        "/v1/notices",
        "/v1/effects",
        "/v1/effects/{statement}",
        "/v1/digest",
        "/v1/coverage",
        "/v1/platform",
        "/v1/webhook",
    }
    assert routes <= described.keys()
    page = described["/v1/directives"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert page
    assert desk.http.get("/readyz").text == "ready\n" and desk.http.get("/healthz").status_code == 200
