"""The log holds no words of persons: they go to the vault under a salted digest, and tokens are re-keyed."""

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from events.catalogue import CATALOGUE
from events.facts.report import ReportFiled
from events.wire.statement import Member, Parsed, parse_batch, parse_structured, rekeyed
from tests.wire.made import ACCOUNT, ARRIVAL, DATA, NAMES, body, event

PRIVATE = ("text", "reason", "reasons", "grounds", "locator")


def parsed(name: str, **data: Any) -> Parsed:
    return parse_structured(body(event(name, **data)), ARRIVAL)


def words(it: Parsed) -> dict[str, Any]:
    return {} if it.words is None else msgspec.json.decode(it.words)


@pytest.mark.parametrize("name", NAMES)
def test_free_text_is_in_the_vault_and_not_in_the_log(name: str) -> None:
    it = parsed(name)
    stored = CATALOGUE.encode(it.fact).decode()
    for field in PRIVATE:
        if field in DATA[name] and (name, field) != ("sanction.lifted", "reason"):  # that reason is one of a closed list
            assert words(it)[f"#/data/{field}"] == DATA[name][field]
            assert DATA[name][field] not in stored


def test_unknown_attributes_and_fields_are_kept_wherever_they_stand() -> None:
    said = event(
        evidence=[{"evidence": "E-3", "sha256": "0" * 64, "note": "x"}], origin={"kind": "own", "why": "y"}, extra={"a": [1, None]}
    )
    it = parse_structured(body(said | {"partitionkey": "p", "tracestate": "t"}), ARRIVAL)
    assert words(it) == {
        "#/partitionkey": "p",
        "#/data/evidence/0/note": "x",
        "#/data/origin/why": "y",
        "#/data/extra": {"a": [1, None]},
    }


def test_a_name_of_a_key_is_escaped_in_its_pointer() -> None:
    assert words(parsed("merchant.declared", **{"a/b~c": 1})) == {"#/data/a~1b~0c": 1}


def test_the_fact_holds_the_salted_digest() -> None:
    it = parsed("report.filed")
    assert it.words is not None and it.salt == ARRIVAL.salt
    assert it.fact.vault == sha256(ARRIVAL.salt + it.words).hexdigest()


def test_nothing_said_in_words_leaves_no_digest_and_no_salt() -> None:
    it = parsed("report.investigating")
    assert (it.words, it.salt, it.fact.vault) == (None, None, None)


def test_statements_of_a_batch_have_salts_of_their_own() -> None:
    batch = parse_batch(msgspec.json.encode([event("report.filed", id=str(n)) for n in range(3)]), ARRIVAL)
    salts = {it.salt for it in batch if isinstance(it, Parsed)}
    assert len(salts) == 3
    assert all(salt is not None and len(salt) == 16 for salt in salts)


@pytest.mark.parametrize(
    ("kind", "uscc", "in_the_log"),
    [
        ("enterprise", None, True),
        ("platform", None, True),
        ("app", None, True),
        ("enterprise", "91350100M000100Y43", True),
        (None, "91350100M000100Y43", True),
        (None, None, False),
        ("person", None, False),
        ("individual_business", None, False),
        ("group_owner", None, False),
        ("individual_business", "91350100M000100Y43", False),
        (None, "92350100MA2XXXXX1E", False),
        ("enterprise", "92350100MA2XXXXX1E", False),
    ],
)
def test_only_names_of_organisations_are_in_the_log(kind: str | None, uscc: str | None, in_the_log: bool) -> None:
    merchant = {"account": ACCOUNT, "name": "某某", "kind": kind, "uscc": sole_trader() if uscc and uscc[1] == "2" else uscc}
    it = parsed("merchant.declared", merchant={name: value for name, value in merchant.items() if value})
    assert it.fact.name == ("某某" if in_the_log else None)
    assert words(it) == ({} if in_the_log else {"#/data/merchant/name": "某某"})


def sole_trader() -> str:
    """A proper code that begins with 92; its check character is computed."""
    from stdnum.cn import uscc

    return next(code for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if uscc.is_valid(code := f"92350100MA2YYYYY1{last}"))


def test_tokens_are_rekeyed_and_differ_by_platform_and_purpose() -> None:
    fact = parsed("report.filed", merchant={"account": ACCOUNT, "person_token": "t"}, reporter={"token": "t", "assurance": "id"}).fact
    assert isinstance(fact, ReportFiled)
    assert fact.reporter == rekeyed(ARRIVAL.hub_key, "reporter", "/platforms/tmall", "t")
    assert fact.person == rekeyed(ARRIVAL.hub_key, "person", "/platforms/tmall", "t")
    elsewhere = ARRIVAL._replace(member=Member("pdd", "platform"))
    other = parse_structured(
        body(event("report.filed", source="/platforms/pdd", reporter={"token": "t", "assurance": "id"})), elsewhere
    ).fact
    assert isinstance(other, ReportFiled)
    assert len({fact.reporter, fact.person, other.reporter, "t"}) == 4


def test_without_the_hubs_key_no_token_can_be_told() -> None:
    assert rekeyed(b"a" * 32, "person", "/platforms/tmall", "t") != rekeyed(b"b" * 32, "person", "/platforms/tmall", "t")
