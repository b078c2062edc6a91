"""A platform that does what the contract says: it keeps a copy, drops what is not newer, and computes the digest by hand."""

from hashlib import sha256
from typing import Any

import httpx


class Reader:
    """Its copy after everything that it took in. A page without a token before it replaces the copy."""

    def __init__(self, http: httpx.Client, headers: dict[str, str]) -> None:
        self._http, self._headers = http, headers
        self.copy: dict[str, dict[str, Any]] = {}
        self.token: str | None = None
        self.more = True

    def get(self, **query: object) -> httpx.Response:
        return self._http.get("/v1/directives", params=query, headers=self._headers)  # type: ignore[arg-type]

    def page(self, limit: int = 500) -> list[dict[str, Any]]:
        """Take in one page; the answer's digest and count have to be those of the copy then."""
        query: dict[str, object] = {"limit": limit} if self.token is None else {"limit": limit, "since": self.token}
        answer = self.get(**query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        if self.token is None:
            self.copy = {}
        for event in page["items"]:
            self.take(event["data"])
        self.token, self.more = page["next"], page["more"]
        assert len(page["items"]) <= limit
        assert (page["digest"], page["count"]) == (self.digest, self.count)
        return list(page["items"])

    def read(self, limit: int = 500) -> list[dict[str, Any]]:
        """Page until there is no more."""
        items = self.page(limit)
        while self.more:
            items += self.page(limit)
        return items

    def take(self, data: dict[str, Any]) -> None:
        had = self.copy.get(data["subject_id"])
        if had is None or had["seq"] < data["seq"]:
            self.copy[data["subject_id"]] = data

    @property
    def listed(self) -> dict[str, int]:
        return {subject: data["seq"] for subject, data in self.copy.items() if data["tier"] != "none"}

    @property
    def digest(self) -> str:
        total = sum(int.from_bytes(sha256(f"{subject}/{seq}".encode()).digest(), "big") for subject, seq in self.listed.items())
        return f"{total % 2**256:064x}"

    @property
    def count(self) -> int:
        return len(self.listed)
