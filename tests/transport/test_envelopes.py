"""What the relay packs, a follower takes out: in order, whole, and never a guess."""

from datetime import UTC, datetime

import msgspec
import pytest

from events.catalogue import CATALOGUE, UnknownFact
from events.facts.fact import Fact
from events.facts.report import ReportAnswered
from events.transport.envelope import MAX_ENVELOPE_BYTES, NotAnEnvelope, Span, Unpacker, cut, pack

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def answered(number: int) -> Fact:
    said = {"source": "/platforms/tmall", "account": "shop", "report": "r", "sha256": "0" * 64}
    return ReportAnswered(id=f"a-{number}", time=NOON, recorded_at=NOON, **said)


def test_facts_come_out_as_they_went_in() -> None:
    facts = [(7, answered(1)), (9, answered(2))]
    assert Unpacker().unpack(pack([(i, CATALOGUE.encode(fact)) for i, fact in facts])) == facts


def test_an_envelope_is_cut_before_it_is_too_large() -> None:
    state = b'"' + b"x" * 100_000 + b'"'
    pieces = list(cut((i, state) for i in range(1, 13)))
    assert [i for piece in pieces for i, _ in piece] == list(range(1, 13))
    assert all(sum(len(s) for _, s in piece) <= MAX_ENVELOPE_BYTES for piece in pieces)
    assert len(pieces) == 3


def test_a_fact_alone_travels_whatever_its_size() -> None:
    assert [len(piece) for piece in cut([(1, b"x" * MAX_ENVELOPE_BYTES), (2, b"y")])] == [1, 1]


def test_a_name_of_a_newer_hub_is_named_and_not_guessed() -> None:
    with pytest.raises(UnknownFact, match=r"report.gilded.v1"):
        Unpacker().unpack(b'[[1,{"fact":"report.gilded.v1"}]]')


@pytest.mark.parametrize("value", [b"", b"{}", b"[[1]]", b"\xff", b'[[1,{"no":"name"}]]', b'[[1,{"fact":"report.answered.v1"}]]'])
def test_rubbish_is_no_envelope(value: bytes) -> None:
    with pytest.raises(NotAnEnvelope):
        Unpacker().unpack(value)


def test_a_span_travels_in_headers() -> None:
    span = Span(first=3, last=9, previous=2, epoch=1, count=4)
    assert Span.of(span.headers()) == span
    assert [name for name, _ in span.headers()] == ["first", "last", "previous", "epoch", "count"]


@pytest.mark.parametrize("headers", [[], [("first", b"1")], [(name, b"x") for name in msgspec.structs.asdict(Span(1, 1, 0, 1, 1))]])
def test_missing_or_wrong_headers_are_no_envelope(headers: list[tuple[str, bytes]]) -> None:
    with pytest.raises(NotAnEnvelope):
        Span.of(headers)
