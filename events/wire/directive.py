"""A directive as platforms get it: a CloudEvent whose data is the full state of one subject's restrictions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import msgspec

from events.facts import directive as facts
from events.facts.directive import DirectiveIssued
from events.facts.fact import Measure, Tier

TYPE = "liancheng.directive.issued.v1"


class Until(msgspec.Struct, frozen=True):
    """A measure and its last day in force, Asia/Shanghai."""

    measure: Measure
    until: date


class Text(msgspec.Struct, frozen=True):
    """The same in both languages."""

    zh: str
    en: str


class Reason(msgspec.Struct, frozen=True):
    """Why, as a code of the rulebook."""

    code: str
    text: Text


class Directive(msgspec.Struct, frozen=True, kw_only=True):
    """It replaces whatever a platform knows of the subject with a lower `seq`. After `until` a platform lifts without waiting."""

    subject_id: UUID
    seq: int
    merged_into: UUID | None
    uscc: str | None
    name: str | None
    tier: Literal["none", "restricted", "blacklisted"]
    contested: bool
    measures: list[Until]
    since: date | None
    until: date | None
    decision: str | None
    reasons: list[Reason]
    rulebook: str
    appeal: str | None
    issued_at: datetime
    list: Literal["平台联合惩戒名单"] = "平台联合惩戒名单"
    demo: bool = False
    correction: Reason | msgspec.UnsetType = msgspec.UNSET
    """Only when the listing that ended last should never have been: said to everybody who was told of it, also at tier none."""
    your_accounts: Sequence[str] | msgspec.UnsetType = msgspec.UNSET
    """In the pull feed and in webhooks: the accounts of this subject at the platform that reads."""


def data(fact: DirectiveIssued, your_accounts: Iterable[str] | None = None) -> Directive:
    """What platforms are told. At tier none it tells nothing of who the subject is; a sole trader's name (USCC 92…) is a person's."""
    free = fact.tier < Tier.RESTRICTED
    sole_trader = fact.uscc is not None and fact.uscc.startswith("92")
    return Directive(
        subject_id=fact.subject_id,
        seq=fact.seq,
        merged_into=fact.merged_into,
        uscc=None if free else fact.uscc,
        name=None if free or sole_trader else fact.name,
        tier="none" if free else "blacklisted" if fact.tier is Tier.BLACKLISTED else "restricted",
        contested=fact.contested,
        measures=[] if free else [Until(one.measure, one.until) for one in fact.measures],
        since=None if free else fact.since,
        until=None if free else fact.until,
        decision=None if free else fact.decision,
        reasons=[] if free else [_reason(one) for one in fact.reasons],
        rulebook=fact.rulebook,
        appeal=fact.appeal,
        issued_at=fact.at,
        demo=fact.demo,
        correction=msgspec.UNSET if fact.correction is None else _reason(fact.correction),
        your_accounts=msgspec.UNSET if your_accounts is None else list(your_accounts),
    )


def _reason(told: facts.Reason) -> Reason:
    return Reason(told.code, Text(told.zh, told.en))


def directive_id(fact: DirectiveIssued) -> str:
    """The id of the CloudEvent, and what the digest of a copy is made of."""
    return f"{fact.subject_id}/{fact.seq}"


def attributes(fact: DirectiveIssued, event_id: str, source: str = "/hub") -> dict[str, str]:
    """The CloudEvents attributes; `traceparent` when the statement that led here was traced."""
    subject = str(fact.subject_id)
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": TYPE,
        "subject": subject,
        "partitionkey": subject,
        "time": fact.at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
    }
    if fact.trace is not None:
        event["traceparent"] = f"00-{fact.trace}-{sha256(event['id'].encode()).hexdigest()[:16]}-01"
    return event


def cloudevent(fact: DirectiveIssued, event_id: str, source: str = "/hub", accounts: Iterable[str] | None = None) -> dict[str, Any]:
    """Structured, for the pull feed and webhooks; `accounts` are those of the platform that reads, whose source is /hub/{code}."""
    return {**attributes(fact, event_id, source), "data": data(fact, accounts)}


def kafka_record(fact: DirectiveIssued) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers in the topic: binary mode, the same for every platform."""
    named = attributes(fact, directive_id(fact))
    headers = [("content-type", named.pop("datacontenttype").encode())]
    headers += [(f"ce_{name}", text.encode()) for name, text in named.items()]
    return named["subject"].encode(), msgspec.json.encode(data(fact)), headers
