"""No field and no timing derived from a reporter reaches the respondent, and no small number of reporters anybody but a regulator."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest

from events.facts.dossier import AccountRef
from events.facts.fact import Fact
from services.adjudication.application.merchant.holder import Holder
from services.adjudication.application.merchant.own import own_file
from services.adjudication.reporters.api import shown
from tests.domain.spec import FREEZE, SUBJECT, delivered, imposed
from tests.services.adjudication.desk import Desk
from tests.services.adjudication.desk import opened as desk_opened
from tests.services.reporters.desk import ReportDesk, opened
from tests.services.reporters.said import concluded, days, filed, token
from tests.support.stack import Database

TMALL = AccountRef("tmall", "shop-1")


def _case(desk: ReportDesk, *, reported: bool) -> list[bytes]:
    """The same case, by other reporters or by none; what the dossier, notices and directives are made of."""
    court = desk.court
    if reported:
        court.record(filed("R-1"), *(filed(f"R-{n}", by=f"r{n}") for n in range(2, 9)))
        desk.look()
    court.hear(imposed("tmall", FREEZE), imposed("pdd", FREEZE))
    court.now += days(1)
    if reported:
        court.record(concluded("R-2", at=court.now), filed("R-9", at=court.now))
        desk.look()
    court.hear(delivered("tmall", "listing-none", at=court.now))
    court.now += days(8)
    if reported:
        court.record(concluded("R-1", "malicious", at=court.now))
        desk.look()
    return [_encode(fact) for fact in court.facts()]


def _encode(fact: Fact) -> bytes:
    return msgspec.json.encode(fact)


def test_with_and_without_reports_a_dossier_is_the_same(database: Database, module_database: Database) -> None:
    """Not one byte of what a respondent or a platform is told differs, nor when; what a finding fells is another test's."""
    with opened(database) as with_reports, opened(module_database) as without:
        told, untold = _case(with_reports, reported=True), _case(without, reported=False)
    judged = [fact for fact in told if b'"reports.judged.v1"' in fact]
    assert [fact for fact in told if fact not in judged] == untold
    assert all(token("lin").encode() not in fact for fact in told)


def test_his_own_file_does_not_say_that_a_report_made_a_sanction_fall(database: Database) -> None:
    with opened(database) as desk:
        court = desk.court
        court.record(filed("R-secret"))
        court.hear(imposed("tmall", FREEZE, reports=("R-secret",)))
        court.record(concluded("R-secret", "malicious"))
        desk.look()
        (fallen,) = court.dossier().weighed.values()
        assert fallen.discounted == "reports_invalidated"
        holder = Holder(TMALL, SUBJECT, "watch-1", None, "mark")
        told = msgspec.json.encode(own_file(court.dossier(), holder, court.rules.moment()))
    assert b'"why_not":"other"' in told
    assert b"report" not in told
    assert b"secret" not in told


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with desk_opened(database) as found:
        yield found


def test_a_small_number_of_reporters_is_a_regulators_only(desk: Desk) -> None:
    with closing(ReportDesk(desk.court)) as reports:
        for who in range(5):
            desk.court.record(filed(f"R-{who}", by=f"r{who}"), concluded(f"R-{who}", "false"))
        desk.court.record(*(it for n in range(2) for it in (filed(f"Q-{n}", by="r9"), concluded(f"Q-{n}", "false"))))
        reports.look()

    def items(by: str) -> Any:
        return desk.get("/v1/reporters", by=by).json()["items"]

    assert items("reg") == [
        {"platform": "tmall", "rung": "quota_one", "reporters": 1},
        {"platform": "tmall", "rung": "warned", "reporters": 5},
    ]
    for officer in ("rui", "an", "pan"):
        assert [item["reporters"] for item in items(officer)] == [None, 5]
    assert desk.get("/v1/reporters", by="tmall").status_code == 403


def test_five_is_the_least_that_is_shown() -> None:
    assert [shown(count, "reviewer") for count in (1, 4, 5)] == [None, None, 5]
    assert shown(1, "regulator") == 1


def test_a_panel_invalidates_a_reporter_whom_it_never_sees(desk: Desk) -> None:
    court = desk.court
    with closing(ReportDesk(court)) as reports:
        court.record(filed("R-1"), filed("R-2"), filed("R-3", by="chen"))
        court.hear(imposed("tmall", FREEZE, reports=("R-2",)), imposed("tmall", sanction="s3", reports=("R-3",)))
        reports.look()
        body = {"platform": "tmall", "account": "shop-1", "report": "R-1", "reason": "串通诬告"}
        assert desk.post("/v1/reporters/invalidate", body, "rui").status_code == 403
        answer = desk.post("/v1/reporters/invalidate", body, "pan")
        assert (answer.status_code, answer.json()) == (200, {"invalidated": True})
        assert desk.post("/v1/reporters/invalidate", body, "pan").status_code == 409
        reports.look()
        assert reports.invalid(TMALL) == {"R-1", "R-2"}
        assert [it.weighing.sanction for it in court.dossier().weighed.values() if it.discounted] == ["s1"]
        court.record(filed("R-4"))
        reports.look()
        assert reports.invalid(TMALL) == {"R-1", "R-2", "R-4"}
        assert desk.post("/v1/reporters/reinstate", body, "pan").json() == {"invalidated": False}
        reports.look()
        assert reports.invalid(TMALL) == set()
        assert desk.post("/v1/reporters/invalidate", body | {"report": "R-99"}, "pan").status_code == 404
        assert [fact.tag() for fact in court.facts() if "reporter" in fact.tag()] == []


def test_no_answer_has_a_field_of_a_reporter_but_the_count(desk: Desk) -> None:
    described = desk.client.get("/openapi.json").json()
    schemas = described["components"]["schemas"]
    named = {(name, field) for name, schema in schemas.items() for field in schema.get("properties", {}) if "reporter" in field}
    assert {field for _, field in named} == {"reporters"}
    assert len(named) == 1
    assert token("lin") not in json.dumps(described)
