"""People log in with a password or by their organisation, and the hub hears one person: never two, and never anybody else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from argon2 import PasswordHasher
from joserfc.jwk import OctKey, RSAKey
from litestar.testing import TestClient

from services.regulator import main
from services.regulator.console.entry.session import COOKIE, ON_THE_WAY
from services.regulator.main import application
from services.regulator.settings import Settings
from tests.services.regulator.conftest import HOST, PURPOSE, Office, enrol
from tests.services.regulator.dossiers import FREED, NOW
from tests.services.regulator.issuer import CLIENT, SECRET, Provider, issuing
from tests.support.stack import Database

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)


@pytest.fixture(scope="module")
def people(filled: Database) -> Database:
    with filled.connect() as owner:
        enrol(owner, "inspector", "regulator", "p1", "secret")
        enrol(owner, "watcher", "auditor", "p2", "secret")
        enrol(owner, "shop-window", "platform", "p3", "secret")
        for login, code in (("li.si", "inspector"), ("wang.wu", "watcher"), ("window", "shop-window")):
            owner.execute(
                "INSERT INTO console_account (login, code, password, created_at) VALUES (%s, %s, %s, %s)",
                (login, code, CHEAP.hash(PASSWORD), NOW),
            )
    return filled


@pytest.fixture
def entry(people: Database, office: Office) -> Iterator[Office]:
    with people.connect() as owner:
        owner.execute(
            "UPDATE console_account SET disabled_at = NULL, password = %s, issuer = NULL, subject = NULL", (CHEAP.hash(PASSWORD),)
        )
        owner.execute("DELETE FROM credential WHERE expires_at IS NOT NULL")
    yield office
    office.client.cookies.clear()


def log_in(office: Office, login: str = "li.si", password: str = PASSWORD) -> httpx.Response:
    return office.client.post("/login", data={"login": login, "password": password, "purpose": PURPOSE}, follow_redirects=False)


def lent(office: Office) -> list[tuple[Any, ...]]:
    with office.database.connect() as owner:
        return owner.execute("SELECT code, revoked_at IS NULL FROM credential WHERE expires_at IS NOT NULL ORDER BY 1").fetchall()


def token(office: Office, path: str = "/changes") -> str:
    return re.findall(r'name="token" value="([^"]+)"', office.client.get(path).text)[0]


def test_a_password_opens_a_session_with_a_credential_of_its_own(entry: Office) -> None:
    answer = log_in(entry)
    assert answer.status_code == 303
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert entry.audited() == [("inspector", PURPOSE, "login")]
    assert lent(entry) == [("inspector", True)]
    assert entry.client.get("/changes").status_code == 200


def test_whatever_is_wrong_the_answer_is_the_same(entry: Office) -> None:
    for login, password in (("li.si", "wrong"), ("nobody", PASSWORD), ("li.si", ""), ("li.si", "x" * 5000), ("", "")):
        answer = log_in(entry, login, password)
        assert answer.status_code == 401
        assert "账号、密码或密钥无效" in answer.text
        assert "set-cookie" not in answer.headers
    assert lent(entry) == []
    assert entry.audited() == [("inspector", PURPOSE, "login refused")] * 3


def test_a_name_in_capitals_is_the_same_name(entry: Office) -> None:
    assert log_in(entry, " Li.Si ").status_code == 303


def test_a_platform_has_no_business_here_even_with_an_account(entry: Office) -> None:
    assert log_in(entry, "window").status_code == 401
    assert lent(entry) == []


def test_who_is_disabled_is_logged_out_and_does_not_come_in_again(entry: Office) -> None:
    log_in(entry)
    with entry.database.connect() as owner:
        owner.execute("UPDATE console_account SET disabled_at = now() WHERE login = 'li.si'")
    entry.credentials._known.clear()
    assert entry.client.get("/changes", follow_redirects=False).headers["location"] == "/login"
    assert log_in(entry).status_code == 401


def test_a_session_ends_with_its_credential(entry: Office) -> None:
    log_in(entry)
    with entry.database.connect() as owner:
        owner.execute("UPDATE credential SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL")
    entry.credentials._known.clear()
    assert entry.client.get("/changes", follow_redirects=False).headers["location"] == "/login"


def test_logging_out_ends_the_credential_too(entry: Office) -> None:
    log_in(entry)
    entry.client.post("/logout", data={"token": token(entry)}, follow_redirects=False)
    assert lent(entry) == [("inspector", False)]


def test_logging_out_leaves_a_members_own_key_alone(entry: Office) -> None:
    entry.client.post("/login", data={"key": "lc_inspector_p1_secret", "purpose": PURPOSE}, follow_redirects=False)
    assert entry.client.get("/password").status_code == 404
    entry.client.post("/logout", data={"token": token(entry)}, follow_redirects=False)
    assert entry.get("/v1/blacklist", key="lc_inspector_p1_secret").status_code == 200


def test_the_console_cannot_make_itself_a_credential(entry: Office) -> None:
    """PostgreSQL gives it one for a person with an account, and writes that down; nothing else."""
    with entry.database.connect("regulator") as console:
        for attempt in (
            "INSERT INTO credential (key_id, code, digest, created_at) VALUES ('k', 'inspector', '\\x00', now())",
            "UPDATE credential SET expires_at = NULL",
            "UPDATE console_account SET code = 'watcher'",
            "INSERT INTO console_account (login, code, created_at) VALUES ('new', 'samr', now())",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                console.execute(attempt)
        assert console.execute("SELECT open_console('window', 'k1', '\\x00', 'x', now())").fetchone() == (None,)
        console.execute("SELECT close_console('a1')")
    assert entry.get("/v1/blacklist").status_code == 200, "a member's own key stays"


def test_one_person_has_one_account(entry: Office) -> None:
    with entry.database.connect() as owner, pytest.raises(psycopg.errors.UniqueViolation):
        owner.execute("INSERT INTO console_account (login, code, created_at) VALUES ('li.si.2', 'inspector', now())")


def test_attempts_at_one_account_are_counted_from_wherever_they_come(people: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "LOGIN_BURST", 1000)
    monkeypatch.setattr(main, "NAME_BURST", 3)
    with people.connect() as owner:
        owner.execute("DELETE FROM console_attempt")
    with TestClient(application(Settings(database_regulator=people.conninfo("regulator")), clock=lambda: NOW), base_url=HOST) as client:  # type: ignore[type-var]
        said = [client.post("/login", data={"login": "wang.wu", "password": "guess", "purpose": "x"}).status_code for _ in range(5)]
        other = client.post("/login", data={"login": "li.si", "password": "guess", "purpose": "x"}).status_code
    assert (said, other) == ([401, 401, 401, 429, 429], 401)


def test_a_person_changes_the_password(entry: Office) -> None:
    log_in(entry)
    form = {"old": PASSWORD, "new": "another long password", "token": token(entry, "/password")}
    assert entry.client.post("/password", data=form | {"new": "short"}).status_code == 422
    assert entry.client.post("/password", data=form | {"old": "wrong"}).status_code == 401
    assert entry.client.post("/password", data=form | {"token": "x"}).status_code == 403
    answer = entry.client.post("/password", data=form)
    assert (answer.status_code, "密码已修改" in answer.text) == (200, True)
    assert log_in(entry).status_code == 401
    assert log_in(entry, password="another long password").status_code == 303


# --- by an organisation's account ---


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with issuing() as provider:
        yield provider


@pytest.fixture
def bound(entry: Office, provider: Provider) -> Iterator[Office]:
    """An office whose issuer the provider is; zhang-san there is the inspector here."""
    provider.lies, provider.key, provider.algorithm, provider.subject = {}, provider.honest, "RS256", "zhang-san"
    with entry.database.connect() as owner:
        owner.execute("UPDATE console_account SET issuer = %s, subject = 'zhang-san' WHERE login = 'li.si'", (provider.url,))
    settings = Settings(
        database_regulator=entry.database.conninfo("regulator"), regulator_address=HOST,
        regulator_oidc_issuer=provider.url, regulator_oidc_client=CLIENT, regulator_oidc_secret=SECRET,
    )  # fmt: skip
    site = application(settings)
    with TestClient(site, base_url=HOST) as client:  # type: ignore[type-var]
        yield Office(client, entry.database, site.litestar.state["credentials"])


def away(office: Office) -> tuple[str, str]:
    """To the issuer and back; the address that the browser comes back to."""
    begun = office.client.post("/login/away", data={"purpose": PURPOSE, "login": "", "password": ""}, follow_redirects=False)
    assert begun.status_code == 303, begun.text
    there = begun.headers["location"]
    with httpx.Client(trust_env=False) as browser:
        return there, browser.get(there).headers["location"]


def come(office: Office, address: str) -> httpx.Response:
    parts = urlsplit(address)
    return office.client.get(f"{parts.path}?{parts.query}", follow_redirects=False)


def test_an_organisations_account_opens_a_session(bound: Office) -> None:
    policy = bound.client.get("/login").headers["content-security-policy"]
    there, back = away(bound)
    assert f"form-action 'self' {urlsplit(there).scheme}://{urlsplit(there).netloc};" in policy
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    answer = come(bound, back)
    assert answer.status_code == 200
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert bound.audited() == [("inspector", PURPOSE, "login")]
    assert bound.client.get("/changes").status_code == 200


def test_an_answer_is_good_for_one_log_in_in_the_browser_that_began_it(bound: Office) -> None:
    _, back = away(bound)
    kept = bound.client.cookies[ON_THE_WAY]
    bound.client.cookies.clear()
    assert come(bound, back).status_code == 401
    bound.client.cookies.set(ON_THE_WAY, kept)
    assert come(bound, back.replace("state=", "state=x")).status_code == 401
    assert come(bound, back).status_code == 401, "begun once, come back once"
    assert lent(bound) == []


LIES = [
        {"iss": "https://elsewhere.example"}, {"aud": "another-client"}, {"nonce": "another"}, {"sub": "li-si"}, {"sub": None},
        {"exp": 1_700_000_000}, {"azp": "another-client"}, {"iat": 4_000_000_000},
]  # fmt: skip


def test_a_token_of_somebody_else_for_somebody_else_or_of_another_time_opens_nothing(bound: Office, provider: Provider) -> None:
    for lies in LIES:
        provider.lies = lies
        answer = come(bound, away(bound)[1])
        assert (answer.status_code, COOKIE in answer.headers.get("set-cookie", "")) == (401, False), lies
    assert lent(bound) == []


def test_a_token_that_the_issuers_keys_did_not_sign_opens_nothing(bound: Office, provider: Provider) -> None:
    for key, algorithm in ((RSAKey.generate_key(2048, {"kid": "one"}), "RS256"), (OctKey.import_key(SECRET * 8), "HS256")):
        provider.key, provider.algorithm = key, algorithm
        assert come(bound, away(bound)[1]).status_code == 401


def test_while_the_issuer_is_away_accounts_still_open(entry: Office) -> None:
    settings = Settings(
        database_regulator=entry.database.conninfo("regulator"), regulator_oidc_issuer="http://127.0.0.1:9",
        regulator_oidc_client=CLIENT, regulator_oidc_secret=SECRET,
    )  # fmt: skip
    with TestClient(application(settings), base_url=HOST) as client:  # type: ignore[type-var]
        assert "127.0.0.1:9" not in client.get("/login").text
        assert client.post("/login/away", data={"purpose": "x"}, follow_redirects=False).status_code == 503
        form = {"login": "li.si", "password": PASSWORD, "purpose": "x"}
        assert client.post("/login", data=form, follow_redirects=False).status_code == 303


# --- auditors ---


@pytest.fixture
def auditor(entry: Office) -> Office:
    assert log_in(entry, "wang.wu").status_code == 303
    return entry


def test_an_auditor_reads_the_audit_and_nothing_else(auditor: Office) -> None:
    assert auditor.client.get("/", follow_redirects=False).headers["location"] == "/audit"
    page = auditor.client.get("/audit")
    assert page.status_code == 200
    assert "watcher" in page.text
    for path in ("/overview", "/changes", f"/subjects/{FREED}", "/exports", "/work/hearing", "/work/candidates"):
        assert auditor.client.get(path).status_code == 403, path
    posted = auditor.client.post(f"/subjects/{FREED}/purpose", data={"purpose": "x", "token": token(auditor, "/audit")})
    assert posted.status_code == 403
    assert auditor.get("/v1/blacklist", key="lc_watcher_p2_secret").status_code == 403


def test_only_an_auditor_reads_the_audit(entry: Office) -> None:
    log_in(entry)
    assert entry.client.get("/audit").status_code == 403


def test_reading_the_audit_is_audited_before_it_is_answered(auditor: Office) -> None:
    auditor.client.get("/audit", params={"actor": "inspector"})
    assert auditor.audited()[-1] == ("watcher", PURPOSE, "audit?actor=inspector")
    with auditor.without_audit():
        answer = auditor.client.get("/audit")
    assert (answer.status_code, "watcher" in answer.text) == (500, False)


def test_the_audit_is_searched_by_who_what_and_when_and_paged_by_place(auditor: Office) -> None:
    with auditor.database.connect() as owner:
        owner.execute(
            "INSERT INTO audit (at, actor, purpose, resource) SELECT %s::timestamptz + n * interval '1 minute', 'one', 'p', 'list'"
            " FROM generate_series(1, 250) n",
            (NOW - timedelta(days=2),),
        )
        owner.execute("INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, 'two', 'q', %s)", (NOW, f"subjects/{FREED}"))
    rows = re.compile(r'<td class="words">one</td>')
    first = auditor.client.get("/audit", params={"actor": "one"})
    assert len(rows.findall(first.text)) == 50
    following = re.search(r'href="(/audit\?[^"]*cursor=[^"]+)"', first.text)
    assert following is not None
    second = auditor.client.get(following[1].replace("&amp;", "&"))
    assert len(rows.findall(second.text)) == 50
    assert "two" in auditor.client.get("/audit", params={"subject": str(FREED)}).text
    assert '<td class="words">two</td>' not in auditor.client.get("/audit", params={"to": "2026-11-19T00:00"}).text
    assert auditor.client.get("/audit", params={"subject": "no id"}).status_code == 422
