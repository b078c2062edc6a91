"""The service on a database whose views hold a few dossiers, and keys of several classes of members."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

import httpx
import psycopg
import pytest
from litestar.testing import TestClient

from events.facts.member import MemberClass
from projections import generation
from projections.blacklist.table import VIEW as BLACKLIST
from projections.casefile.table import VIEW as CASEFILE
from projections.coverage.table import VIEW as COVERAGE
from projections.credit.table import VIEW as CREDIT
from services.regulator.main import application
from services.regulator.settings import Settings
from services.web import Credentials, Site
from tests.services.regulator.dossiers import NOW, everything
from tests.support.stack import Database

REGULATOR = "lc_samr_a1_secret"
PURPOSE = "专项检查"
HOST = "http://127.0.0.1:8150"


class Office(NamedTuple):
    """The service, somebody who asks it, and its database."""

    client: TestClient[Site]  # type: ignore[type-var]
    database: Database
    credentials: Credentials

    def get(self, path: str, key: str = REGULATOR, purpose: str | None = PURPOSE, **params: str | int) -> httpx.Response:
        return self.client.get(path, params=params, headers=self.headers(key, purpose))

    def headers(self, key: str = REGULATOR, purpose: str | None = PURPOSE) -> dict[str, str]:
        stated = {} if purpose is None else {"Liancheng-Purpose": quote(purpose)}
        return {"Authorization": f"Bearer {key}"} | stated

    def audited(self) -> list[tuple[str, str, str]]:
        with self.database.connect() as owner:
            return owner.execute("SELECT actor, purpose, resource FROM audit ORDER BY id").fetchall()

    @contextmanager
    def without_audit(self) -> Iterator[None]:
        """While the service may not write its audit."""
        with self.database.connect() as owner:
            owner.execute("REVOKE INSERT ON audit FROM regulator")
            try:
                yield
            finally:
                owner.execute("GRANT INSERT ON audit TO regulator")

    @contextmanager
    def key_revoked(self) -> Iterator[None]:
        """While the regulator's key is revoked, and the service does not remember it from before."""
        with self.database.connect() as owner:
            owner.execute("UPDATE credential SET revoked_at = now() WHERE key_id = 'a1'")
            self.credentials._known.clear()
            try:
                yield
            finally:
                owner.execute("UPDATE credential SET revoked_at = NULL WHERE key_id = 'a1'")


def enrol(owner: psycopg.Connection, code: str, member_class: MemberClass, key_id: str, secret: str) -> None:
    owner.execute("INSERT INTO member (code, class, entity, enrolled_at) VALUES (%s, %s, %s, %s)", (code, member_class, code, NOW))
    digest = sha256(secret.encode()).digest()
    owner.execute("INSERT INTO credential (key_id, code, digest, created_at) VALUES (%s, %s, %s, %s)", (key_id, code, digest, NOW))


def fill_views(database: Database) -> None:
    with database.connect("projections") as conn:
        for view in (BLACKLIST, CASEFILE, COVERAGE, CREDIT):
            generation.first(conn, view)
            with conn.transaction():
                view.apply(conn, f"{view.name}_1", everything())


def fill(database: Database) -> None:
    fill_views(database)
    with database.connect() as owner:
        enrol(owner, "samr", "regulator", "a1", "secret")
        enrol(owner, "tmall", "platform", "a2", "secret")
        enrol(owner, "reviewer-one", "reviewer", "a3", "secret")


@pytest.fixture(scope="module")
def filled(module_database: Database) -> Database:
    fill(module_database)
    return module_database


@pytest.fixture
def office(filled: Database) -> Iterator[Office]:
    """No audit rows at the beginning, nobody logged in, nothing tried."""
    with filled.connect() as owner:
        owner.execute("TRUNCATE audit, console_session, console_attempt")
    site = application(Settings(database_regulator=filled.conninfo("regulator")), clock=lambda: NOW)
    with TestClient(site, base_url=HOST) as client:  # type: ignore[type-var]
        yield Office(client, filled, site.litestar.state["credentials"])
