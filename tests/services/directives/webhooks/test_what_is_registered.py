"""A registration, its secrets and their seal, what a delivery says, and when things are tried again: without any network."""

import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from events.transport.settings import WrongSetting
from services.directives.settings import Settings
from services.directives.webhooks.call import letter
from services.directives.webhooks.kept.registration import BOTH_SIGN, Registration, asked
from services.directives.webhooks.kept.seal import Broken, Seal, fresh_secret
from services.directives.webhooks.way import schedule

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
HERE, THERE = "https://hooks.shop.example/", "https://hooks.other.example/"


def ask(had: Registration | None, url: str = HERE, *, rotate: bool = False, now: datetime = NOON) -> Registration:
    numbers = itertools.count(0 if had is None else 1)
    return asked(had, "tmall", url, rotate=rotate, now=now, fresh=lambda: f"whsec_{next(numbers)}")


def test_an_address_has_to_prove_itself_before_it_is_told_anything() -> None:
    first = ask(None)
    assert (first.state, first.secret, first.proven_at) == ("pending", "whsec_0", None)
    on = first.proven(LATER)
    assert (on.state, on.proven_at) == ("on", LATER)


def test_asking_for_what_holds_changes_nothing() -> None:
    on = ask(None).proven(NOON)
    assert ask(on, now=LATER) is on


@pytest.mark.parametrize("why", ["gone", "failing", "unproven"])
def test_an_address_that_was_switched_off_proves_itself_again_and_keeps_its_secret(why: str) -> None:
    off = ask(None).proven(NOON).ended(why)  # type: ignore[arg-type]
    again = ask(off, now=LATER)
    assert (again.state, again.why, again.asked_at, again.secret) == ("pending", None, LATER, "whsec_0")


def test_another_address_proves_itself_before_it_is_told_anything() -> None:
    moved = ask(ask(None).proven(NOON), THERE, now=LATER)
    assert (moved.url, moved.state, moved.proven_at, moved.secret) == (THERE, "pending", None, "whsec_0")


def test_a_new_secret_signs_at_once_and_the_old_one_beside_it_for_a_day() -> None:
    new = ask(ask(None).proven(NOON), rotate=True, now=LATER)
    assert new.state == "on"
    assert new.secrets(LATER) == new.secrets(LATER + BOTH_SIGN - timedelta(microseconds=1)) == ["whsec_1", "whsec_0"]
    assert new.secrets(LATER + BOTH_SIGN) == ["whsec_1"]


def test_a_secret_lies_sealed_and_is_of_no_use_under_another_name_or_key() -> None:
    seal, secret = Seal(b"k" * 32), fresh_secret()
    sealed = seal.close("tmall", secret)
    assert secret.encode() not in sealed and seal.close("tmall", secret) != sealed
    assert seal.open("tmall", sealed) == secret
    for other, code, found in (
        (seal, "pdd", sealed),
        (Seal(b"l" * 32), "tmall", sealed),
        (seal, "tmall", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (seal, "tmall", b""),
    ):
        with pytest.raises(Broken):
            other.open(code, found)


def test_secrets_are_long_enough_for_the_standard_and_never_the_same() -> None:
    one, other = fresh_secret(), fresh_secret()
    assert one != other and one.startswith("whsec_") and len(one) > 40


def test_each_secret_signs_and_the_standards_own_library_verifies() -> None:
    secrets, body = [fresh_secret(), fresh_secret()], '{"text": "联惩"}'.encode()
    headers = letter.headers("subject/4", body, secrets, datetime.now(UTC))
    assert headers["webhook-id"] == "subject/4" and len(headers["webhook-signature"].split()) == 2
    for secret in secrets:
        assert Webhook(secret).verify(body, headers) == {"text": "联惩"}


def test_a_challenge_is_answered_by_its_word_only() -> None:
    event = letter.challenge("tmall", "open sesame", NOON)
    assert event["source"] == "/hub/tmall" and event["data"] == {"challenge": "open sesame"}
    assert letter.echoed(b'{"challenge": "open sesame"}', "open sesame")
    for said in (b"", b"open sesame", b'{"challenge": "x"}', b"[]", b"\xff", msgspec.json.encode({"challenge": None})):
        assert not letter.echoed(said, "open sesame")


def test_a_directive_that_completes_a_copy_says_where_the_copy_stands() -> None:
    event = {"id": "s/1", "data": {}}
    assert msgspec.json.decode(letter.directive(event, None)) == event
    proof = letter.Proof("token", "0f", 3)
    assert msgspec.json.decode(letter.directive(event, proof)) == event | {"token": "token", "digest": "0f", "count": 3}


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_between_bounds(failures: int, chance: float) -> None:
    retry = schedule.retry_at(failures, NOON, chance, lift=False) - NOON
    lift = schedule.retry_at(failures, NOON, chance, lift=True) - NOON
    pause = schedule.resume_at(failures, NOON, chance) - NOON
    assert schedule.FIRST_RETRY / 2 <= lift <= retry <= schedule.LONGEST_RETRY and lift <= schedule.LONGEST_LIFT_RETRY
    assert (pause == timedelta()) if failures == 1 else (timedelta(seconds=0.5) <= pause <= schedule.LONGEST_PAUSE)
    assert schedule.retry_at(failures + 1, NOON, chance, lift=False) - NOON >= retry


def test_what_is_admitted_beside_the_internet_is_a_setting_that_is_refused_by_its_name() -> None:
    with pytest.raises(WrongSetting, match="LIANCHENG_WEBHOOK_ALLOW"):
        Settings(database_directives="x", notice_key="0" * 64, webhook_key="0" * 64, webhook_allow="localhost")
