"""Over HTTP, on a real database: who may do what with a listing, once, on the state that was read, and with a trace."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.facts.listing import ListingApproved, ListingDecided, ListingEnded, NoticeReleased
from services.adjudication.domain.decide.guards import GUARDS
from services.adjudication.domain.identity import subject_of_uscc
from services.adjudication.legislation.adoption import RULEBOOK_GUARDS
from tests.domain.spec import SUBJECT, days, declared, delivered, imposed, lifted, ordered
from tests.services.adjudication.court import own
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

OTHER_USCC = "91110108551385082Q"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as desk:
        yield desk


@pytest.fixture
def proposed(desk: Desk) -> Desk:
    desk.court.hear(imposed("tmall"), imposed("pdd"))
    return desk


@pytest.fixture
def heard(desk: Desk) -> Desk:
    """Blacklisting is proposed, its notice served, the hearing over."""
    desk.court.hear(imposed("tmall"), imposed("pdd"), imposed("jd"))
    desk.act("release", "rui", desk.newest("proposed"))
    desk.court.hear(delivered("tmall", f"listing-{desk.newest('released')}"))
    desk.court.wait(days(8))
    return desk


def problem(answer: Any) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, body["type"].removeprefix("/problems/"), body.get("guard")


def facts(desk: Desk, kind: type) -> list[Any]:
    return [fact for fact in desk.court.facts() if isinstance(fact, kind)]


# -- reading ---------------------------------------------------------------------------------------------------------


def test_listings_are_read_with_a_purpose_and_audited(proposed: Desk) -> None:
    assert problem(proposed.get("/v1/listings", purpose=None)) == (422, "purpose-required", None)
    listing_id = proposed.newest()
    assert problem(proposed.get(f"/v1/listings/{listing_id}", purpose=None)) == (422, "purpose-required", None)
    answer = proposed.get(f"/v1/listings/{listing_id}")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["tier"], shown["state"], shown["rule"], shown["subject_id"]) == (
        "restricted",
        "proposed",
        "two-platforms-severe",
        str(SUBJECT),
    )
    assert len(shown["basis"]) == 2
    assert proposed.court.rows("SELECT actor, purpose, resource FROM audit ORDER BY id") == [
        ("rui", "复核列名", "listings?state="),
        ("rui", "复核列名", f"listings/{listing_id}"),
    ]


def test_what_cannot_be_audited_is_not_answered(proposed: Desk) -> None:
    with closing(proposed.court.database.connect()) as owner:
        owner.execute("REVOKE INSERT ON audit FROM adjudication")
        assert proposed.get("/v1/listings").status_code == 500
        owner.execute("GRANT INSERT ON audit TO adjudication")


def test_listings_are_chosen_by_state_and_paged(desk: Desk) -> None:
    for number in range(3):
        desk.court.hear(*(imposed(p, account=f"shop-{number}", uscc=None, id=f"{p}{number}") for p in ("tmall", "pdd")))
        desk.court.hear(*(declared(p, account=f"shop-{number}", uscc=code(number), id=f"{p}{number}d") for p in ("tmall", "pdd")))
    first = desk.get("/v1/listings", state="proposed", limit=2)
    assert len(first.json()["items"]) == 2
    following = first.links["next"]["url"]
    second = desk.get(following)
    assert len(second.json()["items"]) == 1
    assert "next" not in second.links
    seen = [item["listing_id"] for page in (first, second) for item in page.json()["items"]]
    assert len(set(seen)) == 3
    assert desk.get("/v1/listings", state="decided").json() == {"items": []}
    assert problem(desk.get("/v1/listings", state="hanged"))[0] == 422
    assert problem(desk.get("/v1/listings", cursor="rubbish")) == (422, "bad-parameter", None)


def code(number: int) -> str:
    return ("91350100M000100Y43", "91110108551385082Q", "91440300708461136T")[number]


def test_who_may_read(proposed: Desk) -> None:
    for reader in ("rui", "an", "pan", "reg"):
        assert proposed.get("/v1/listings", reader).status_code == 200
    for other in ("tmall", "samr"):
        assert problem(proposed.get("/v1/listings", other)) == (403, "forbidden", None)
    assert proposed.get("/v1/listings", None).status_code == 401
    assert problem(proposed.get(f"/v1/listings/{uuid4()}")) == (404, "not-found", None)


def test_the_rules_are_public(desk: Desk) -> None:
    book = desk.get("/v1/rulebooks/2026.1", None).json()
    assert book["measures"]["freeze"] == {"severity": 5, "points": 200, "months": 24}
    assert {rule["tier"] for rule in book["rules"]} == {"watch", "restricted", "blacklisted"}
    assert desk.get("/v1/rulebooks/1999.9", None).status_code == 404
    guards = desk.get("/v1/guards", None).json()
    assert set(guards) == {*GUARDS, *RULEBOOK_GUARDS}
    assert guards["deem"][0].keys() == {"code", "zh", "en"}


# -- commands --------------------------------------------------------------------------------------------------------


def test_a_reviewer_releases_a_notice(proposed: Desk) -> None:
    answer = proposed.act("release", "rui")
    assert (answer.status_code, answer.json()["state"], answer.json()["released_by"]) == (200, "released", "rui")
    (released,) = facts(proposed, NoticeReleased)[-1:]
    assert released.by == "rui"
    assert proposed.court.rows("SELECT state FROM listing") == [("released",)]
    assert answer.headers["etag"] == proposed.get(f"/v1/listings/{proposed.newest()}").headers["etag"]


def test_the_reason_is_kept_apart_from_the_log(proposed: Desk) -> None:
    proposed.act("release", "rui")
    (released,) = facts(proposed, NoticeReleased)[-1:]
    ((salt, words),) = proposed.court.rows("SELECT salt, words FROM vault WHERE statement = %s", released.cause)
    assert msgspec.json.decode(bytes(words)) == {"reason": "事实清楚"}
    assert released.reason == sha256(bytes(salt) + bytes(words)).hexdigest()
    assert "事实" not in str(proposed.court.rows("SELECT convert_from(state, 'UTF8') FROM hub_events"))


def test_a_command_is_done_once(proposed: Desk) -> None:
    tag, listing_id = proposed.get(f"/v1/listings/{proposed.newest()}").headers["etag"], proposed.newest()
    first = proposed.act("release", "rui", listing_id, tag=tag, key="one")
    again = proposed.act("release", "rui", listing_id, tag=tag, key="one")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert len(facts(proposed, NoticeReleased)) == 3, "two watches and one listing"
    assert problem(proposed.act("release", "rui", listing_id, tag=tag, key="one", reason="另一个"))[:2] == (409, "idempotency-conflict")


def test_only_on_the_state_that_was_read(proposed: Desk) -> None:
    listing_id = proposed.newest()
    tag = proposed.get(f"/v1/listings/{listing_id}").headers["etag"]
    proposed.court.hear(imposed("jd", "limit"))
    assert problem(proposed.act("release", "rui", listing_id, tag=tag)) == (412, "precondition-failed", None)
    body = {"reason": "x"}
    assert problem(proposed.post(f"/v1/listings/{listing_id}/release", body, "rui")) == (428, "precondition-required", None)
    assert len(facts(proposed, NoticeReleased)) == 3, "three watches"


def test_what_a_command_has_to_carry(proposed: Desk) -> None:
    path = f"/v1/listings/{proposed.newest()}/release"
    tag = proposed.get(path.removesuffix("/release")).headers["etag"]
    headers = {"Authorization": "Bearer lc_rui_key-rui_secret", "If-Match": tag}
    assert problem(proposed.client.post(path, json={"reason": "x"}, headers=headers)) == (422, "idempotency-key-required", None)
    assert problem(proposed.post(path, {"reason": "   "}, "rui", tag=tag)) == (422, "reason-required", None)
    for body in ({}, {"reason": ""}, {"reason": 7}, {"reason": "x" * 2001}, {"reason": "x", "more": 1}, []):
        assert problem(proposed.post(path, body, "rui", tag=tag))[0] == 422, body
    missing = proposed.post(f"/v1/listings/{uuid4()}/release", {"reason": "x"}, "rui", tag=tag)
    assert problem(missing) == (404, "not-found", None)
    assert facts(proposed, ListingDecided) == []


def test_roles_and_states_are_refused_by_name(proposed: Desk) -> None:
    assert problem(proposed.act("release", "an")) == (403, "forbidden", None)
    assert problem(proposed.act("decide", "an")) == (409, "not-allowed-now", "notice-served")
    assert problem(proposed.act("end", "pan", why="wrongful")) == (409, "not-allowed-now", "in-force")
    proposed.act("release", "rui")
    assert problem(proposed.act("release", "ran")) == (409, "not-allowed-now", "to-be-released")
    before = proposed.court.facts()
    assert problem(proposed.act("objections/answer", "pan", upheld=True)) == (409, "not-allowed-now", "objection-open")
    assert proposed.court.facts() == before, "what is refused leaves nothing"


def test_blacklisting_takes_two_different_persons(heard: Desk) -> None:
    listing_id = heard.newest("served")
    assert heard.act("decide", "an", listing_id).json()["approvals"] == ["an"]
    assert problem(heard.act("decide", "an", listing_id)) == (409, "second-person-required", "another-than-approved")
    assert facts(heard, DirectiveIssued) == []
    assert heard.act("decide", "bo", listing_id).json()["state"] == "decided"
    assert len(facts(heard, ListingApproved)) == 1
    assert [directive.tier for directive in facts(heard, DirectiveIssued)] == [Tier.BLACKLISTED]


def test_two_approvers_at_the_same_moment(heard: Desk) -> None:
    """Both have read the same state: one approves, the other is told that it changed, and nobody is decided on by one."""
    listing_id = heard.newest("served")
    tag = heard.get(f"/v1/listings/{listing_id}").headers["etag"]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda by: heard.act("decide", by, listing_id, tag=tag), ("an", "bo")))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(facts(heard, ListingApproved)) == 1
    assert facts(heard, ListingDecided) == []


def test_the_same_command_twice_at_the_same_moment(proposed: Desk) -> None:
    listing_id = proposed.newest()
    tag = proposed.get(f"/v1/listings/{listing_id}").headers["etag"]
    with ThreadPoolExecutor(4) as many:
        answers = list(many.map(lambda _: proposed.act("release", "rui", listing_id, tag=tag, key="same"), range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert len(facts(proposed, NoticeReleased)) == 3


def test_terms_by_decision(heard: Desk) -> None:
    listing_id = heard.newest("served")
    assert problem(heard.act("decide", "an", listing_id, months=60)) == (422, "bad-parameter", "terms-allowed")
    heard.act("decide", "an", listing_id, months=24, measures=["freeze", "expel"])
    assert problem(heard.act("decide", "bo", listing_id)) == (409, "not-allowed-now", "same-terms")
    answer = heard.act("decide", "bo", listing_id, months=24, measures=["freeze", "expel"])
    assert [measure["measure"] for measure in answer.json()["measures"]] == ["freeze", "expel"]


def test_an_approver_may_turn_it_down(heard: Desk) -> None:
    answer = heard.act("decide", "an", heard.newest("served"), approve=False)
    assert (answer.json()["state"], answer.json()["why"]) == ("rejected", "not_justified")


def test_a_proposal_is_rejected_and_stays_readable(proposed: Desk) -> None:
    listing_id = proposed.newest()
    proposed.act("reject", "pan", listing_id)
    assert proposed.get(f"/v1/listings/{listing_id}").json()["state"] == "rejected"
    assert problem(proposed.act("release", "rui", listing_id)) == (409, "not-allowed-now", "listing-open")


def test_a_platform_objects_without_reading_the_file(heard: Desk) -> None:
    listing_id = heard.newest("served")
    answer = heard.post(f"/v1/listings/{listing_id}/objections", {"reason": "商家称已整改"}, "jd")
    assert (answer.status_code, answer.json()) == (200, {"listing_id": listing_id})
    stranger = heard.post(f"/v1/listings/{listing_id}/objections", {"reason": "x"}, "taobao")
    assert problem(stranger) == (403, "forbidden", "for-the-subject")
    assert problem(heard.act("decide", "an", listing_id)) == (409, "not-allowed-now", "objection-answered")
    assert problem(heard.act("objections/answer", "rui", listing_id, upheld=False)) == (
        409,
        "second-person-required",
        "another-than-released",
    )
    assert heard.act("objections/answer", "pan", listing_id, upheld=True).json()["state"] == "rejected"


def test_a_listing_in_force_is_ended_by_two(heard: Desk) -> None:
    listing_id = heard.newest("served")
    for approver in ("an", "bo"):
        heard.act("decide", approver, listing_id)
    assert heard.act("end", "rui", listing_id, why="wrongful").json()["ending_approved_by"] == "rui"
    assert problem(heard.act("end", "rui", listing_id, why="wrongful")) == (409, "second-person-required", "another-than-ended")
    assert heard.act("end", "pan", listing_id, why="wrongful").json()["state"] == "ended"
    (ended,) = facts(heard, ListingEnded)
    assert (ended.why, ended.by) == ("wrongful", ("rui", "pan"))
    assert facts(heard, DirectiveIssued)[-1].lift


def test_a_repair(heard: Desk) -> None:
    listing_id = heard.newest("served")
    for approver in ("an", "bo"):
        heard.act("decide", approver, listing_id)
    assert problem(heard.act("repair", "rui", listing_id)) == (409, "not-allowed-now", "long-enough")
    heard.court.now += days(366)
    assert problem(heard.act("repair/decide", "an", listing_id, granted=True)) == (409, "not-allowed-now", "repair-open")


# -- accounts --------------------------------------------------------------------------------------------------------


def link(desk: Desk, action: str, by: str = "rui", **body: Any) -> Any:
    return desk.post(f"/v1/accounts/{action}", {"reason": "营业执照一致", "platform": "jd", "account": "shop-9"} | body, by)


def test_a_reviewer_links_and_unlinks(desk: Desk) -> None:
    desk.court.hear(imposed("tmall"), imposed("jd", account="shop-9", uscc=None))
    answer = link(desk, "link", uscc="91350100M000100Y43")
    assert (answer.status_code, answer.json()["subject_id"]) == (200, str(SUBJECT))
    assert desk.court.rows("SELECT subject_id, uscc FROM account WHERE platform = 'jd'") == [(SUBJECT, "91350100M000100Y43")]
    assert desk.court.dossier(own("jd", "shop-9")).merged_into == SUBJECT
    assert desk.newest("proposed")
    answer = link(desk, "unlink")
    assert answer.json()["subject_id"] == str(own("jd", "shop-9"))
    assert desk.get("/v1/listings", state="proposed").json()["items"] == []
    assert desk.court.dossier(own("jd", "shop-9")).merged_into is None
    judged = desk.court.rows("SELECT why, other_platform, judged_by, judgement FROM candidate ORDER BY why")
    assert judged == [("code", None, "rui", "negative"), ("person", "tmall", "rui", "negative")]


def test_what_a_person_undid_is_not_linked_again(desk: Desk) -> None:
    desk.court.hear(imposed("jd", account="shop-9"))
    link(desk, "unlink")
    desk.court.hear(declared("jd", account="shop-9"))
    assert desk.court.rows("SELECT subject_id FROM account") == [(own("jd", "shop-9"),)]


def test_an_unlink_recalls_a_directive(desk: Desk) -> None:
    desk.court.hear(imposed("tmall"), imposed("jd", account="shop-9", uscc=None))
    link(desk, "link", subject_id=str(SUBJECT))
    desk.act("release", "rui")
    desk.court.hear(delivered("tmall", f"listing-{desk.newest()}"))
    desk.court.wait(days(8))
    assert facts(desk, DirectiveIssued)[-1].tier is Tier.RESTRICTED
    link(desk, "unlink")
    assert (facts(desk, DirectiveIssued)[-1].tier, facts(desk, DirectiveIssued)[-1].lift) == (Tier.NONE, True)
    assert desk.court.rows("SELECT state FROM listing") == [("ended",)]


def test_a_listing_is_found_where_it_went(desk: Desk) -> None:
    desk.court.hear(imposed("jd", account="shop-9", uscc=None), ordered(uscc=OTHER_USCC))
    listing_id = desk.newest()
    answer = desk.post("/v1/accounts/link", {"reason": "x", "platform": "samr", "account": "case-17", "uscc": "91350100M000100Y43"}, "rui")
    assert answer.status_code == 200
    assert desk.get(f"/v1/listings/{listing_id}").json()["subject_id"] == str(SUBJECT)
    assert desk.act("release", "rui", listing_id).status_code == 200
    assert desk.court.dossier(subject_of_uscc(OTHER_USCC)).merged_into == SUBJECT


def test_candidates_are_judged(desk: Desk) -> None:
    desk.court.hear(imposed("jd", account="shop-9"))
    desk.court.hear(declared("jd", account="shop-9", uscc=OTHER_USCC))
    (candidate,) = desk.get("/v1/accounts/candidates").json()["items"]
    assert (candidate["platform"], candidate["account"], candidate["uscc"]) == ("jd", "shop-9", OTHER_USCC)
    path = f"/v1/accounts/candidates/{candidate['id']}/dismiss"
    assert desk.post(path, {"reason": "同名不同主体"}, "rui").json()["judgement"] == "negative"
    assert desk.get("/v1/accounts/candidates").json() == {"items": []}
    assert desk.post(path, {"reason": "再来"}, "rui").status_code == 404
    desk.court.hear(declared("jd", account="shop-9", uscc=OTHER_USCC, id="again"))
    assert desk.get("/v1/accounts/candidates").json() == {"items": []}, "what was judged outlives what is said later"
    assert link(desk, "link", uscc=OTHER_USCC).status_code == 200
    assert desk.court.rows("SELECT subject_id FROM account") == [(subject_of_uscc(OTHER_USCC),)]
    assert desk.court.rows("SELECT judgement FROM candidate") == [("positive",)]


def test_links_that_cannot_be(desk: Desk) -> None:
    desk.court.hear(imposed("jd", account="shop-9"))
    assert problem(link(desk, "link", uscc="91350100M000100Y43")) == (409, "not-allowed-now", "another-subject")
    assert problem(link(desk, "link", subject_id=str(uuid4()))) == (404, "not-found", None)
    assert problem(link(desk, "link", uscc="91350100M000100Y4Z"))[0] == 422
    assert problem(link(desk, "link"))[0] == 422
    assert problem(link(desk, "link", "an", uscc=OTHER_USCC)) == (403, "forbidden", None)
    assert problem(link(desk, "link", account="nobody", uscc=OTHER_USCC)) == (404, "not-found", None)
    assert link(desk, "unlink").status_code == 200
    assert problem(link(desk, "unlink")) == (409, "not-allowed-now", "linked")


def test_commands_race_with_statements(proposed: Desk) -> None:
    """A reviewer releases while the basis falls: either order is a decision, and never both half."""
    listing_id = proposed.newest()
    tag = proposed.get(f"/v1/listings/{listing_id}").headers["etag"]
    with ThreadPoolExecutor(2) as both:
        released = both.submit(proposed.act, "release", "rui", listing_id, tag=tag)
        both.submit(proposed.court.hear, lifted("pdd")).result()
    assert released.result().status_code in (200, 412)
    assert proposed.get(f"/v1/listings/{listing_id}").json()["state"] == "rejected"
