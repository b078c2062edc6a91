"""A directive as platforms get it: a CloudEvent whose data is the full state of one subject's restrictions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import msgspec

from events.facts import directive as facts
from events.facts.directive import DirectiveIssued
from events.facts.fact import Measure, Tier
from events.wire.told.redaction import DIRECTIVE, Audience, Subject, tells

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


_HIDDEN: Mapping[str, Any] = {"measures": [], "reasons": [], "your_accounts": msgspec.UNSET}
"""What stands in the place of a field that is not told; else null."""


def data(fact: DirectiveIssued, your_accounts: Iterable[str] | None = None) -> Directive:
    """What platforms are told, after the table of `events.wire.told.redaction`. Without `your_accounts` it is for the public topic."""
    audience: Audience = "topic" if your_accounts is None else "platform"
    # Sole traders have codes that begin with 92.
    subject = Subject(fact.tier >= Tier.RESTRICTED, fact.uscc is None or not fact.uscc.startswith("92"))
    hidden = {field: _HIDDEN.get(field) for field, rules in DIRECTIVE.items() if not tells(rules[audience], subject)}
    return msgspec.structs.replace(_whole(fact, your_accounts), **hidden)


def _whole(fact: DirectiveIssued, your_accounts: Iterable[str] | None) -> Directive:
    return Directive(
        subject_id=fact.subject_id,
        seq=fact.seq,
        merged_into=fact.merged_into,
        uscc=fact.uscc,
        name=fact.name,
        tier="blacklisted" if fact.tier is Tier.BLACKLISTED else "restricted" if fact.tier is Tier.RESTRICTED else "none",
        contested=fact.contested,
        measures=[Until(one.measure, one.until) for one in fact.measures],
        since=fact.since,
        until=fact.until,
        decision=fact.decision,
        reasons=[_reason(one) for one in fact.reasons],
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


def tombstone(fact: DirectiveIssued) -> tuple[bytes, None, list[tuple[str, bytes]]]:
    """Of whom has long been free nothing stays on the topic but, for a while, that this directive was the last about him."""
    return str(fact.subject_id).encode(), None, [("ce_id", directive_id(fact).encode())]


def kafka_record(fact: DirectiveIssued) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers in the topic: binary mode, the same for every platform."""
    named = attributes(fact, directive_id(fact))
    headers = [("content-type", named.pop("datacontenttype").encode())]
    headers += [(f"ce_{name}", text.encode()) for name, text in named.items()]
    return named["subject"].encode(), msgspec.json.encode(data(fact)), headers
