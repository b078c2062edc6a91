"""The HTTP interface of adjudication over a court, with a key for everybody."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx
from litestar.testing import TestClient

from services.adjudication.main import application
from services.adjudication.settings import Settings
from services.web import Site
from tests.services.adjudication.court import HUB_KEY, MEMBERS, Court
from tests.support.stack import Database

PURPOSE = "复核列名"


class Desk:
    """Who asks is named by the code; the key of a command is a new one unless it is given."""

    def __init__(self, court: Court, client: TestClient[Site]) -> None:  # type: ignore[type-var]
        self.court, self.client = court, client
        self._keys = count()

    def get(self, path: str, by: str | None = "rui", purpose: str | None = PURPOSE, **params: str | int) -> httpx.Response:
        headers = {} if purpose is None else {"Liancheng-Purpose": quote(purpose)}
        return self.client.get(path, params=params or None, headers=headers | _key(by))

    def post(self, path: str, body: Any, by: str | None, *, tag: str | None = None, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key or f"k{next(self._keys)}"} | ({} if tag is None else {"If-Match": tag})
        return self.client.post(path, json=body, headers=headers | _key(by))

    def act(self, step: str, by: str, listing_id: str | None = None, **more: Any) -> httpx.Response:
        """A step with the newest listing, as it is now, unless its tag is given."""
        listing_id = listing_id or self.newest()
        tag = more.pop("tag", None) or self.get(f"/v1/listings/{listing_id}").headers["etag"]
        key = more.pop("key", None)
        return self.post(f"/v1/listings/{listing_id}/{step}", {"reason": "事实清楚"} | more, by, tag=tag, key=key)

    def newest(self, state: str | None = None) -> str:
        params = {} if state is None else {"state": state}
        return str(self.get("/v1/listings", **params).json()["items"][0]["listing_id"])


def _key(code: str | None) -> dict[str, str]:
    return {} if code is None else {"Authorization": f"Bearer lc_{code}_key-{code}_secret"}


@contextmanager
def opened(database: Database, evidence_folder: str = "", **more: str) -> Iterator[Desk]:
    """`more`: other settings."""
    with closing(Court(database)) as court:
        with closing(database.connect()) as owner:
            owner.cursor().executemany(
                "INSERT INTO credential (key_id, code, digest, created_at) VALUES (%s, %s, %s, now())",
                [(f"key-{code}", code, sha256(b"secret").digest()) for code in MEMBERS],
            )
        settings = Settings(database_adjudication=court.conninfo, hub_key=HUB_KEY.hex(), evidence_folder=evidence_folder, **more)
        with TestClient(application(settings, court.rules, court.trust.look)) as client:  # type: ignore[type-var]
            yield Desk(court, client)
