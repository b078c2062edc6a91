"""Regulators read the list as it is and as it was, page by page, and nobody else does."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.services.regulator.conftest import PURPOSE, Office
from tests.services.regulator.dossiers import BLACKLISTED, FREED, LISTED, TRADER

LIST = "/v1/blacklist"
CHANGES = "/v1/blacklist/changes"
START = "2026-11-01T00:00:00+08:00"


def subjects(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {item["subject_id"] for item in answer.json()["items"]}


def names(*ids: object) -> set[str]:
    return {str(id) for id in ids}


def all_pages(office: Office, path: str, **params: str | int) -> list[dict[str, Any]]:
    """Follows the Link headers to the end."""
    answer = office.get(path, **params)
    items: list[dict[str, Any]] = answer.json()["items"]
    while "next" in answer.links:
        target = urlsplit(answer.links["next"]["url"])
        assert target.path == path
        answer = office.get(target.path, **dict(parse_qsl(target.query)))
        items += answer.json()["items"]
    return items


def test_the_list_is_who_is_restricted_now(office: Office) -> None:
    assert subjects(office.get(LIST)) == names(BLACKLISTED, TRADER, LISTED)


def test_an_entry_says_what_holds_and_why(office: Office) -> None:
    (found,) = [item for item in office.get(LIST).json()["items"] if item["subject_id"] == str(BLACKLISTED)]
    assert found == {
        "subject_id": str(BLACKLISTED),
        "name": "云帆美妆有限公司",
        "uscc": "913100007109328220",
        "kind": "enterprise",
        "tier": "blacklisted",
        "contested": False,
        "categories": ["counterfeit"],
        "measures": [{"measure": "limit", "until": "2027-05-19"}],
        "since": "2026-11-05",
        "until": "2027-05-19",
        "decision": "LC-2026-1",
        "reasons": [{"code": "TWO_PLATFORMS_SEVERE", "text": {"zh": "两个平台均有严重处罚", "en": "Severe sanctions on two platforms"}}],
        "rulebook": "2026.1",
        "position": 16,
        "at": "2026-11-05T01:07:00Z",
        "demo": False,
    }


def test_filters_narrow_the_list(office: Office) -> None:
    assert subjects(office.get(LIST, tier="blacklisted")) == names(BLACKLISTED)
    assert subjects(office.get(LIST, tier="restricted")) == names(TRADER, LISTED)
    assert subjects(office.get(LIST, category="counterfeit")) == names(BLACKLISTED, LISTED)
    assert subjects(office.get(LIST, tier="restricted", category="counterfeit")) == names(LISTED)
    assert subjects(office.get(LIST, category="fraud")) == set()


def test_the_list_is_read_as_of_a_past_moment(office: Office) -> None:
    answer = office.get(LIST, as_of="2026-11-10T00:00:00+08:00")
    assert subjects(answer) == names(FREED, BLACKLISTED, TRADER)
    assert answer.json()["as_of"] == "2026-11-10T00:00:00+08:00"
    assert subjects(office.get(LIST, as_of="2026-11-01T00:00:00Z")) == set()


def test_a_plus_sign_that_a_url_made_a_blank_is_understood(office: Office) -> None:
    assert subjects(office.client.get(f"{LIST}?as_of=2026-11-10T00:00:00+08:00", headers=office.headers())) == names(
        FREED, BLACKLISTED, TRADER
    )


def test_the_list_is_read_as_of_a_position_in_the_log(office: Office) -> None:
    answer = office.get(LIST, as_of="16")
    assert subjects(answer) == names(FREED, BLACKLISTED)
    assert answer.json()["as_of"] == 16
    assert subjects(office.get(LIST, as_of="15")) == names(FREED)


def test_without_a_moment_the_answer_says_when_it_is_of(office: Office) -> None:
    assert office.get(LIST).json()["as_of"] == "2026-11-20T09:00:00Z"


def test_pages_join_up_to_the_list(office: Office) -> None:
    items = all_pages(office, LIST, limit=1)
    assert [item["subject_id"] for item in items] == sorted(names(BLACKLISTED, TRADER, LISTED))


def test_the_filters_go_on_to_the_next_page(office: Office) -> None:
    items = all_pages(office, LIST, limit=1, tier="restricted")
    assert {item["subject_id"] for item in items} == names(TRADER, LISTED)


def test_the_last_page_has_no_next(office: Office) -> None:
    assert "link" not in office.get(LIST, limit=3).headers
    assert "link" in office.get(LIST, limit=2).headers


def test_changes_tell_who_was_listed_and_who_removed(office: Office) -> None:
    items = office.get(CHANGES, **{"from": START}).json()["items"]
    assert [(item["what"], item["subject_id"]) for item in items] == [
        ("listed", str(FREED)),
        ("listed", str(BLACKLISTED)),
        ("listed", str(TRADER)),
        ("listed", str(LISTED)),
        ("removed", str(FREED)),
    ]
    assert (items[-1]["before"]["tier"], items[-1]["after"]["tier"]) == ("restricted", "none")
    assert items[-1]["after"]["measures"] == []
    assert items[0]["after"]["categories"] == ["fraud"]


def test_changes_are_after_from_and_until_to(office: Office) -> None:
    decided = "2026-11-05T01:07:00Z"
    before = office.get(CHANGES, **{"from": START, "to": decided}).json()["items"]
    after = office.get(CHANGES, **{"from": decided, "to": "2026-11-09T00:00:00Z"}).json()["items"]
    assert [item["subject_id"] for item in before] == [str(FREED), str(BLACKLISTED)]
    assert [item["subject_id"] for item in after] == [str(TRADER)]


def test_pages_of_changes_join_up(office: Office) -> None:
    items = all_pages(office, CHANGES, **{"from": START, "limit": 2})
    assert [item["position"] for item in items] == [8, 16, 24, 32, 36]


def test_a_sole_traders_name_is_masked(office: Office) -> None:
    (found,) = [item for item in office.get(LIST).json()["items"] if item["subject_id"] == str(TRADER)]
    assert found["name"] == "城**"
    assert "城东水果店" not in office.get(CHANGES, **{"from": START}).text


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"tier": "watch"}, "#/tier"),
        ({"tier": "none"}, "#/tier"),
        ({"category": "poetry"}, "#/category"),
        ({"as_of": "yesterday"}, "#/as_of"),
        ({"as_of": "2026-11-10T00:00:00"}, "#/as_of"),
        ({"as_of": "2026-11-21T00:00:00Z"}, "#/as_of"),
        ({"as_of": "1" * 30}, "#/as_of"),
        ({"cursor": "rubbish"}, "#/cursor"),
        ({"cursor": "WyJ4Il0"}, "#/cursor"),
        ({"limit": "0"}, "#/limit"),
        ({"limit": "501"}, "#/limit"),
        ({"limit": "many"}, "#/limit"),
    ],
)
def test_a_wrong_parameter_of_the_list_is_named(office: Office, params: dict[str, str], pointer: str) -> None:
    answer = office.get(LIST, **params)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-parameter"), answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert office.audited() == []


@pytest.mark.parametrize("params", [{}, {"from": "soon"}, {"from": START, "to": "later"}, {"from": START, "cursor": "x"}])
def test_a_wrong_span_of_changes_is_refused(office: Office, params: dict[str, str]) -> None:
    answer = office.get(CHANGES, **params)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-parameter"), answer.text


@pytest.mark.parametrize("path", [LIST, CHANGES])
class TestOnlyRegulatorsWithAPurpose:
    """The same for every read of dossiers."""

    def test_without_a_purpose_nothing_is_read(self, office: Office, path: str) -> None:
        for purpose in (None, "", "   ", "x" * 201, "two\nlines"):
            answer = office.get(path, purpose=purpose, **{"from": START})
            assert (answer.status_code, answer.json()["type"]) == (422, "/problems/purpose-required")
        assert office.audited() == []

    def test_other_classes_are_refused(self, office: Office, path: str) -> None:
        for key in ("lc_tmall_a2_secret", "lc_reviewer-one_a3_secret"):
            answer = office.get(path, key=key, **{"from": START})
            assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
        assert office.audited() == []

    def test_strangers_are_refused(self, office: Office, path: str) -> None:
        for key in ("lc_samr_a1_wrong", "lc_tmall_a1_secret", "nonsense"):
            answer = office.get(path, key=key, **{"from": START})
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert office.client.get(path).status_code == 401

    def test_a_read_is_audited_with_its_purpose(self, office: Office, path: str) -> None:
        assert office.get(path, **{"from": START}).status_code == 200
        ((actor, purpose, resource),) = office.audited()
        assert (actor, purpose) == ("samr", PURPOSE)
        assert resource.startswith(path.removeprefix("/v1/"))

    def test_nothing_is_answered_when_the_audit_cannot_be_written(self, office: Office, path: str) -> None:
        with office.without_audit():
            answer = office.get(path, **{"from": START})
        assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
        assert str(LISTED) not in answer.text

    def test_only_reading_is_possible(self, office: Office, path: str) -> None:
        assert office.client.post(path, headers=office.headers()).status_code == 405


def test_the_audit_says_what_was_asked_for(office: Office) -> None:
    office.get(LIST, tier="restricted", category="fraud", as_of="7")
    assert office.audited()[0][2] == "blacklist?tier=restricted&category=fraud&as_of=7"
