"""The hub as people see it: a reviewer and approvers who act, a regulator who reads, an authority that speaks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from events.client.hub import Hub, Problem

CHANGED, READ_AGAIN = 412, 10
PURPOSE = {"Liancheng-Purpose": "demonstration"}
Json = Mapping[str, Any]


class Standing(msgspec.Struct, frozen=True):
    """What the hub answers about a subject."""

    subject_id: str | None
    known: bool
    tier: str
    contested: bool
    measures: tuple[dict[str, Any], ...]
    score: int | None
    grade: str | None
    reasons: tuple[dict[str, Any], ...]
    since: str | None
    until: str | None
    as_of: datetime

    def words(self) -> str:
        return f"{self.tier}, {self.score} {self.grade}" if self.known else "unknown"

    def same_as(self, other: "Standing") -> bool:
        """Whenever the two were asked for."""
        return msgspec.structs.replace(self, as_of=other.as_of) == other


class Reader:
    """Asks, and changes nothing."""

    def __init__(self, standing: Hub, directives: Hub, regulator: Hub) -> None:
        self._standing, self._directives, self._regulator = standing, directives, regulator

    def standing(self, uscc: str) -> Standing:
        return self._standing.get("/v1/standing", query={"uscc": uscc}).read(Standing)

    def coverage(self, subject_id: str) -> dict[str, str]:
        """Each platform's last answer about this subject."""
        rows = self._directives.get("/v1/coverage", query={"subject_id": subject_id}, headers=PURPOSE).read(dict[str, Any])["items"]
        return {row["platform"]: _last(row["answers"]) for row in rows if row.get("answers")}

    def blacklist(self, tier: str) -> list[Json]:
        """Who is listed at this tier, first page."""
        answer = self._regulator.get("/v1/blacklist", query={"tier": tier, "limit": 200}, headers=PURPOSE).read(dict[str, Any])
        return list(answer["items"])


class Operator:
    """Reads the metrics of processes, by the public names."""

    def __init__(self, processes: Mapping[str, Hub]) -> None:
        self._processes = processes

    def total(self, process: str, metric: str, **labels: str) -> float:
        """The sum of all series that have these labels; 0 without one. A label given as `prefix*` fits what begins so."""
        families = text_string_to_metric_families(self._processes[process].get("/metrics").body.decode())
        samples = (sample for family in families for sample in family.samples if sample.name == metric)
        return sum(sample.value for sample in samples if all(fnmatchcase(sample.labels[name], wanted) for name, wanted in labels.items()))


class Listing(msgspec.Struct, frozen=True):
    """A listing as it was read, and the tag that a change of it has to name."""

    listing_id: str
    subject_id: str
    tier: str
    state: str
    tag: str
    respond_by: datetime | None = None

    def hearing_over(self, now: datetime) -> bool:
        return self.respond_by is not None and self.respond_by <= now


class Officer:
    """Acts on listings under one key."""

    def __init__(self, code: str, adjudication: Hub) -> None:
        self.code, self._hub = code, adjudication

    def listings(self, state: str) -> list[Json]:
        """Of this state; without their tags."""
        answer = self._hub.get("/v1/listings", query={"state": state, "limit": 200}, headers=PURPOSE).read(dict[str, Any])
        return list(answer["items"])

    def listing(self, listing_id: str) -> Listing:
        answer = self._hub.get(f"/v1/listings/{listing_id}", headers=PURPOSE)
        found = answer.read(dict[str, Any])
        return msgspec.convert(found | {"tag": answer.headers["etag"]}, Listing)

    def release(self, listing: Listing, reason: str) -> None:
        """Let the notice go out."""
        self._act("release", listing, {"reason": reason})

    def decide(self, listing: Listing, reason: str) -> None:
        """Approve: with the first person it waits for a second one."""
        self._act("decide", listing, {"approve": True, "reason": reason})

    def open(self, listing: Listing, digest: str) -> bytes:
        """Evidence that was handed in: nobody answers without having read it."""
        return self._hub.get(f"/v1/listings/{listing.listing_id}/evidence/{digest}", headers=PURPOSE).body

    def answer(self, listing: Listing, reason: str, *, upheld: bool) -> None:
        """Answer whatever was objected."""
        self._act("objections/answer", listing, {"upheld": upheld, "reason": reason})

    def reject(self, listing: Listing, reason: str) -> None:
        """Turn the proposal down."""
        self._act("reject", listing, {"reason": reason})

    def cool(self, listing: Listing, reason: str) -> None:
        """Restrict before the decision, for 72 hours at most."""
        self._act("interim", listing, {"reason": reason})

    def repair(self, listing: Listing, reason: str) -> None:
        """Grant what was applied for."""
        self._act("repair/decide", listing, {"granted": True, "reason": reason})

    def link(self, platform: str, account: str, uscc: str, reason: str) -> None:
        """Say that an account is of the company with this code."""
        self._say("link", {"platform": platform, "account": account, "uscc": uscc, "reason": reason})

    def unlink(self, platform: str, account: str, reason: str) -> None:
        """Say that it is not."""
        self._say("unlink", {"platform": platform, "account": account, "reason": reason})

    def _say(self, command: str, words: Mapping[str, object]) -> None:
        self._hub.post(f"/v1/accounts/{command}", msgspec.json.encode(words), headers={"Idempotency-Key": str(uuid4())})

    def _act(self, command: str, listing: Listing, words: Mapping[str, object]) -> None:
        """The hub goes on meanwhile: four shops deliver, the clock strikes. Who is told that the listing has changed reads it again."""
        path, body = f"/v1/listings/{listing.listing_id}/{command}", msgspec.json.encode(words)
        for attempt in range(1, READ_AGAIN + 1):
            try:
                self._hub.post(path, body, headers={"Idempotency-Key": str(uuid4()), "If-Match": listing.tag})
            except Problem as problem:
                if problem.status != CHANGED or attempt == READ_AGAIN:
                    raise
                listing = self.listing(listing.listing_id)
            else:
                return


class Holder:
    """A merchant with the notice in hand: the token of its link is all that he needs."""

    def __init__(self, link: str) -> None:
        address, _, token = link.partition("#")
        self._hub, self._path = Hub(address.removesuffix("/v1/merchant"), token), "/v1/merchant"

    def may(self) -> list[str]:
        """What he may do now about the listing."""
        return list(self._hub.get(f"{self._path}/notice").read(dict[str, Any])["listing"]["may"])

    def hand_in(self, content: bytes, media: str) -> str:
        """Content that would be read; its sha256, by which it is named in what is asked for."""
        digest = sha256(content).hexdigest()
        self._hub.put(f"{self._path}/evidence/{digest}", content, media=media)
        return digest

    def object(self, reason: str, *evidence: str) -> None:
        self._say("objections", reason, evidence)

    def apply_for_repair(self, reason: str, *evidence: str) -> None:
        self._say("repair", reason, evidence)

    def _say(self, what: str, reason: str, evidence: Sequence[str]) -> None:
        words = msgspec.json.encode({"reason": reason, "evidence": evidence})
        self._hub.post(f"{self._path}/{what}", words, headers={"Idempotency-Key": str(uuid4())})


def _last(answers: Mapping[str, Json]) -> str:
    return max(answers, key=lambda state: (answers[state]["seq"], answers[state]["id"]))
