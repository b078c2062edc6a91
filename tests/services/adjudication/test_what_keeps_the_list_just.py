"""Over HTTP, on a real database: appeals, interim measures, wrongful endings, documents, and commands that cannot be."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from events.facts.directive import DirectiveIssued
from events.facts.fact import Category, Tier
from events.facts.listing import ListingContested, ListingEnded, NoticeReleased
from events.facts.safeguard import AppealDecided, InterimEnded, InterimImposed
from events.facts.sanction import AuthorityDocument
from tests.domain.spec import days, delivered, discredited, imposed, lifted
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

UNSAFE = {"category": Category.UNSAFE_GOODS}
PAPER = "dd" * 32


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as desk:
        yield desk


def served(desk: Desk, *platforms: str, **more: Any) -> str:
    desk.court.hear(*(imposed(platform, **more) for platform in platforms))
    listing = desk.newest("proposed")
    desk.act("release", "rui", listing)
    desk.court.hear(delivered("tmall", f"listing-{listing}"))
    return listing


def blacklisted(desk: Desk) -> str:
    listing = served(desk, "tmall", "pdd", "jd")
    desk.court.wait(days(8))
    for approver in ("an", "bo"):
        assert desk.act("decide", approver, listing).status_code == 200
    return listing


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, body["type"].removeprefix("/problems/"), body.get("guard")


def facts(desk: Desk, kind: type) -> list[Any]:
    return [fact for fact in desk.court.facts() if isinstance(fact, kind)]


def test_an_appeal_is_decided_by_another_person(desk: Desk) -> None:
    listing = blacklisted(desk)
    assert desk.post(f"/v1/listings/{listing}/appeals", {"reason": "不服决定"}, "tmall").json() == {"listing_id": listing}
    assert facts(desk, DirectiveIssued)[-1].contested
    for decider in ("an", "bo"):
        refused = desk.act("appeals/decide", decider, listing, granted=False)
        assert problem(refused) == (409, "second-person-required", "another-than-decided")
    assert desk.act("appeals/decide", "rui", listing, granted=True).status_code == 403
    shown = desk.act("appeals/decide", "pan", listing, granted=True).json()
    assert (shown["state"], shown["why"]) == ("ended", "revoked")
    assert [fact.by for fact in facts(desk, AppealDecided)] == ["pan"]
    assert facts(desk, DirectiveIssued)[-1].tier is Tier.NONE


def test_an_interim_measure_lapses_when_nobody_does_anything(desk: Desk) -> None:
    listing = served(desk, "tmall", "pdd", **UNSAFE)
    assert desk.act("interim", "rui", listing).status_code == 403
    shown = desk.act("interim", "an", listing).json()
    assert shown["interim"]["by"] == "an"
    (begun,) = facts(desk, InterimImposed)
    assert begun.ends - desk.court.now <= timedelta(hours=72)
    assert (facts(desk, DirectiveIssued)[-1].tier, facts(desk, DirectiveIssued)[-1].until) == (Tier.RESTRICTED, begun.until)
    assert facts(desk, NoticeReleased)[-1].notice == f"interim-{listing}"
    assert problem(desk.act("interim", "bo", listing)) == (409, "not-allowed-now", "no-interim-before")
    desk.court.wait(begun.ends - desk.court.now - timedelta(seconds=1))
    assert facts(desk, InterimEnded) == []
    desk.court.wait(timedelta(seconds=1))
    assert [fact.why for fact in facts(desk, InterimEnded)] == ["lapsed"]
    assert (facts(desk, DirectiveIssued)[-1].tier, facts(desk, DirectiveIssued)[-1].lift) == (Tier.NONE, True)
    assert desk.get(f"/v1/listings/{listing}").json()["state"] == "served"


def test_an_interim_measure_is_lifted_by_a_person(desk: Desk) -> None:
    listing = served(desk, "tmall", "pdd", **UNSAFE)
    desk.act("interim", "an", listing)
    assert desk.act("interim/lift", "pan", listing).json()["interim"] is None
    assert facts(desk, DirectiveIssued)[-1].tier is Tier.NONE


def test_a_wrongful_listing_is_corrected_towards_everybody(desk: Desk) -> None:
    listing = served(desk, "tmall", "pdd")
    desk.court.wait(days(8))
    assert desk.act("end", "rui", listing, why="wrongful").json()["state"] == "decided"
    assert problem(desk.act("end", "rui", listing, why="wrongful")) == (409, "second-person-required", "another-than-ended")
    assert desk.act("end", "pan", listing, why="wrongful").json()["why"] == "wrongful"
    last = facts(desk, DirectiveIssued)[-1]
    assert (last.tier, last.lift, last.correction.code) == (Tier.NONE, True, "WRONGFUL_LISTING")


def test_a_document_that_a_regulator_confirms_lists_and_unconfirmed_unlists(desk: Desk) -> None:
    paper = AuthorityDocument("市场监督管理局", "2026-17", date(2026, 3, 1), PAPER)
    said = imposed("tmall", "limit", decided_by="authority", authority=paper)
    desk.court.hear(said)
    path = f"/v1/sanctions/{said.stream}/document"
    body = {"reason": "已向出具机关核实", "sha256": PAPER, "genuine": True}
    assert desk.post(path, body, "rui").status_code == 403
    assert problem(desk.post(path, body | {"sha256": "ee" * 32}, "reg")) == (422, "content-mismatch", None)
    assert problem(desk.post(f"/v1/sanctions/{uuid4()}/document", body, "reg")) == (404, "not-found", None)
    assert desk.post(path, body, "reg").json() == {"weighing": str(said.stream), "genuine": True}
    assert desk.get(f"/v1/listings/{desk.newest('proposed')}").json()["rule"] == "authority-severe"
    assert desk.post(path, body | {"genuine": False}, "reg").status_code == 200
    assert desk.get("/v1/listings", state="proposed").json()["items"] == []


def test_a_basis_that_fell_ends_a_blacklisting_within_three_working_days(desk: Desk) -> None:
    listing = blacklisted(desk)
    desk.court.hear(lifted("jd"))
    assert facts(desk, ListingContested)[-1].why == "basis_gone"
    desk.court.wait(days(5))
    assert desk.get(f"/v1/listings/{listing}").json()["why"] == "revoked"
    assert facts(desk, ListingEnded)[-1].by == ("clock",)


def test_evidence_that_falls_reopens_until_somebody_has_looked_again(desk: Desk) -> None:
    desk.court.hear(imposed("tmall", proof=("p1", "p2")), imposed("pdd"))
    listing = desk.newest("proposed")
    desk.act("release", "rui", listing)
    desk.court.hear(delivered("tmall", f"listing-{listing}"))
    desk.court.wait(days(8))
    desk.court.hear(discredited("tmall", "e-p1"))
    assert desk.get(f"/v1/listings/{listing}").json()["doubts"] == ["evidence"]
    assert facts(desk, DirectiveIssued)[-1].contested
    assert desk.act("review", "rui", listing).status_code == 403
    shown = desk.act("review", "pan", listing).json()
    assert (shown["contested"], shown["reviewed"]) == (False, ["p1"])
    assert not facts(desk, DirectiveIssued)[-1].contested
    desk.court.hear(discredited("tmall", "e-p2"))
    assert desk.get(f"/v1/listings/{listing}").json()["why"] == "revoked"


def test_commands_that_cannot_be_change_nothing(desk: Desk) -> None:
    listing = served(desk, "tmall", "pdd", "jd")
    tag = desk.get(f"/v1/listings/{listing}").headers["etag"]
    before = len(desk.court.facts())
    refused = [
        (desk.act("decide", "an", listing), 409, "not-allowed-now"),  # the hearing is not over
        (desk.act("release", "rui", listing), 409, "not-allowed-now"),
        (desk.act("hold/release", "pan", listing), 409, "not-allowed-now"),
        (desk.act("interim", "an", listing), 409, "not-allowed-now"),  # neither safety nor fraud
        (desk.act("reject", "pan", listing, tag='"stale"'), 412, "precondition-failed"),
        (desk.post(f"/v1/listings/{listing}/reject", {"reason": "x"}, "pan"), 428, "precondition-required"),
        (desk.act("reject", "pan", listing, reason="字" * 2001), 422, "bad-parameter"),
        (desk.act("reject", "pan", listing, reason=" \n"), 422, "reason-required"),
        (desk.act("end", "pan", listing, why="mood"), 422, "bad-parameter"),
        (desk.act("decide", "an", listing, measures=["hang"]), 422, "bad-parameter"),
        (desk.act("decide", "an", listing, months=-1), 409, "not-allowed-now"),
        (desk.act("decide", "an", listing, until="2020-01-01"), 422, "bad-parameter"),
        (desk.post(f"/v1/listings/{uuid4()}/reject", {"reason": "x"}, "pan", tag=tag), 404, "not-found"),
        (desk.get("/v1/rulebooks/1999.9", None), 404, "not-found"),
        (desk.post(f"/v1/listings/{listing}/appeals", {"reason": "x"}, "tmall"), 409, "not-allowed-now"),
        (desk.post(f"/v1/listings/{listing}/appeals", {"reason": "x"}, "taobao"), 403, "forbidden"),
    ]
    for answer, status, code in refused:
        assert problem(answer)[:2] == (status, code), answer.text
    assert len(desk.court.facts()) == before


def test_terms_outside_of_the_rulebook_are_refused_when_it_is_time(desk: Desk) -> None:
    listing = served(desk, "tmall", "pdd", "jd")
    desk.court.wait(days(8))
    before = len(desk.court.facts())
    for months in (-1, 0, 11, 37, 10**6):
        assert problem(desk.act("decide", "an", listing, months=months)) == (422, "bad-parameter", "terms-allowed")
    assert len(desk.court.facts()) == before
    assert desk.act("decide", "an", listing, months=36).status_code == 200
    assert problem(desk.act("decide", "an", listing, months=36)) == (409, "second-person-required", "another-than-approved")
    assert problem(desk.act("decide", "bo", listing, months=12)) == (409, "not-allowed-now", "same-terms")
