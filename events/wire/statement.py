"""From what a member sent to a fact: every rule of the contract on statements is checked here, on every road alike."""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from events.facts.enforcement import EnforcementAcknowledged
from events.facts.fact import Statement
from events.facts.member import MemberClass
from events.wire.data import PREFIX, TYPES
from events.wire.data.fields import Data, Merchant, Moment, Name
from events.wire.event import cloudevent
from events.wire.event.batch import split_batch
from events.wire.event.strict_json import canonical
from events.wire.faults import as_invalid
from events.wire.problems import Invalid
from events.wire.rules import check_rules
from events.wire.words import words_of


class Member(NamedTuple):
    """Who sent it: the code and class of the credential, never of the body."""

    code: str
    member_class: MemberClass

    @property
    def source(self) -> str:
        return f"/authorities/{self.code}" if self.member_class == "authority" else f"/platforms/{self.code}"


class Arrival(NamedTuple):
    """What the hub adds to a statement. `salt` are 16 random bytes; `trace` counts when the statement names none."""

    member: Member
    hub_key: bytes
    now: datetime
    salt: bytes
    trace: str
    road: str | None = None
    credential: str | None = None


class Parsed(NamedTuple):
    """A statement to be recorded. `words` and `salt` are for the vault; both None when nothing was said in words."""

    fact: Statement
    words: bytes | None
    salt: bytes | None


class Attributes(msgspec.Struct, frozen=True):
    """The attributes of CloudEvents that the contract asks for."""

    specversion: Literal["1.0"]
    id: Annotated[str, Meta(pattern=f"^{cloudevent.ID}$(?!\n)")]
    source: Annotated[str, Meta(max_length=64)]
    type: Annotated[str, Meta(max_length=128)]
    subject: Name
    time: Moment
    datacontenttype: Literal["application/json"]
    data: dict[str, Any]
    dataschema: Annotated[str, Meta(max_length=2000)] | None = None


def parse_structured(body: bytes, arrival: Arrival) -> Parsed:
    """One structured event, of HTTP or Kafka. Invalid names what is wrong with it."""
    return _parse(cloudevent.structured(body), arrival)


def parse_binary(headers: Iterable[tuple[bytes, bytes]], body: bytes, arrival: Arrival) -> Parsed:
    """One binary event of HTTP."""
    return _parse(cloudevent.binary_http(headers, body), arrival)


def parse_record(key: bytes | None, headers: Sequence[tuple[str, bytes]], value: bytes | None, arrival: Arrival) -> Parsed:
    """One Kafka record, structured or binary as its headers say; its key must be the account, of an acknowledgement the subject_id."""
    named = {name.lower(): text for name, text in headers}
    media = cloudevent.media_type((named.get("content-type") or b"").decode("latin-1"))
    if media == cloudevent.STRUCTURED:
        parsed = parse_structured(value or b"", arrival)
    elif "ce_specversion" in named and media in ("", cloudevent.JSON):
        parsed = _parse(cloudevent.binary_kafka(headers, value or b""), arrival)
    else:
        raise Invalid.at("#", "unsupported-media-type", f"content-type is {cloudevent.STRUCTURED}, or {cloudevent.JSON} with ce_ headers.")
    fact = parsed.fact
    wanted = fact.key if isinstance(fact, EnforcementAcknowledged) else fact.account
    if key is None or key.decode(errors="replace") != wanted:
        raise Invalid.at("#", "wrong-key").about(fact.id)
    return parsed


def parse_batch(body: bytes, arrival: Arrival) -> list[Parsed | Invalid]:
    """A batch, in order. Each statement gets a salt of its own, derived from the arrival's."""
    return [_or_invalid(item, place, arrival) for place, item in enumerate(split_batch(body))]


def _or_invalid(item: bytes, place: int, arrival: Arrival) -> Parsed | Invalid:
    salt = sha256(arrival.salt + place.to_bytes(2, "big")).digest()[:16]
    try:
        return parse_structured(item, arrival._replace(salt=salt))
    except Invalid as invalid:
        return invalid


def _parse(event: cloudevent.Event, arrival: Arrival) -> Parsed:
    try:
        return _checked(event, arrival)
    except Invalid as invalid:
        raise cloudevent.named(invalid, event) from None


def _checked(event: cloudevent.Event, arrival: Arrival) -> Parsed:
    member = arrival.member
    try:
        attributes = msgspec.convert(event, Attributes)
    except msgspec.ValidationError as error:
        raise as_invalid(error, "#", Attributes) from None
    if attributes.source != member.source:
        raise Invalid.at("#/source", "wrong-source")
    cls = TYPES.get(attributes.type)
    if cls is None:
        raise Invalid.at("#/type", "unknown-type")
    if member.member_class not in ("platform", "authority") or (member.member_class == "authority" and ".notice." in attributes.type):
        raise Invalid.at("#/type", "wrong-class")
    try:
        data = msgspec.convert(attributes.data, cls)
    except msgspec.ValidationError as error:
        raise as_invalid(error, "#/data", cls) from None
    words = words_of(event, cls)
    check_rules(attributes.subject, data)
    return _recorded(event, attributes, data, words, arrival)


def rekeyed(hub_key: bytes, kind: str, source: str, token: str) -> str:
    """The hub's own token: without the hub's key nobody can tell whose it is, the platform included."""
    return hmac.digest(hub_key, f"{kind}\0{source}\0{token}".encode(), "sha256").hex()


def _recorded(event: cloudevent.Event, attributes: Attributes, data: Data, words: dict[str, Any], arrival: Arrival) -> Parsed:
    merchant: Merchant | None = data.merchant
    common: dict[str, Any] = {
        "id": attributes.id,
        "source": attributes.source,
        "account": attributes.subject,
        "time": attributes.time.astimezone(arrival.now.tzinfo),
        "recorded_at": arrival.now,
        "sha256": sha256(cloudevent.hashed_form(event)).hexdigest(),
        "trace": cloudevent.trace_id(event.get("traceparent")) or arrival.trace,
        "road": arrival.road,
        "credential": arrival.credential,
    }

    def rekey(kind: str, token: str) -> str:
        return rekeyed(arrival.hub_key, kind, attributes.source, token)

    if merchant is not None:
        common |= {"uscc": merchant.uscc, "kind": merchant.kind}
        if merchant.name is not None:
            if merchant.is_organisation:
                common["name"] = merchant.name
            else:
                words["#/data/merchant/name"] = merchant.name
        if merchant.person_token is not None:
            common["person"] = rekey("person", merchant.person_token)
    if not words:
        return Parsed(data.fact(common, rekey), None, None)
    kept = canonical(words)
    common["vault"] = sha256(arrival.salt + kept).hexdigest()
    return Parsed(data.fact(common, rekey), kept, arrival.salt)


def fact_name(cloudevents_type: str) -> str:
    """The name of the fact behind a type, or `unknown`: what metrics and logs may hold."""
    return cloudevents_type.removeprefix(PREFIX) if cloudevents_type in TYPES else "unknown"
