"""Spans for a collector: only where one is set, one for each stage of a statement; the default install needs nothing for it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from deploy.manifests.workloads import workloads
from events.transport import tracing
from events.transport.envelope import Span
from events.transport.positions import TP
from events.transport.store import Row
from events.transport.topics import LANES, key_hash
from events.transport.tracing import MOST, root_of, spans, traceparent
from events.wire.event.cloudevent import trace_id, trace_of
from services.relay.packing import envelopes

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Collector(TCPServer):
    """OTLP over HTTP, as a collector speaks it."""

    allow_reuse_address = True

    def __init__(self) -> None:
        self.heard: list[Any] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
                for resource in said.resource_spans:
                    collector.heard += [(self.path, resource.resource, span) for it in resource.scope_spans for span in it.spans]
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def collecting() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            thread.join()


def test_each_stage_is_a_span_below_the_one_where_the_statement_came_in() -> None:
    with collecting() as collector:
        telling = spans("gateway", collector.address)
        assert telling is not None
        for line in (
            {"event": "committed", "traces": [TRACE], "statements": 1, "milliseconds": 4.0},
            {"event": "applied", "traces": [TRACE], "consumer": "adjudication", "milliseconds": 2.5},
            {"event": "directive published", "trace": TRACE, "seq": 3},
            {"event": "stopped", "trace": TRACE},
        ):
            assert telling(None, "info", line) is line
        telling._exporting.shutdown()
    assert {path for path, _, _ in collector.heard} == {"/v1/traces"}
    first, applied, published = (span for _, _, span in collector.heard)
    assert {span.trace_id.hex() for span in (first, applied, published)} == {TRACE}
    assert [span.name for span in (first, applied, published)] == ["committed", "applied", "directive published"]
    assert (first.span_id, first.parent_span_id) == (root_of(TRACE).to_bytes(8, "big"), b"")
    assert {applied.parent_span_id, published.parent_span_id} == {first.span_id}
    assert applied.end_time_unix_nano - applied.start_time_unix_nano == 2_500_000
    assert {it.key: it.value.string_value for it in applied.attributes}["liancheng.consumer"] == "adjudication"
    names = {it.key: it.value.string_value for it in collector.heard[0][1].attributes}
    assert names["service.name"] == "liancheng-gateway"


def test_a_large_batch_makes_no_spans_and_a_collector_that_is_away_holds_nobody_up() -> None:
    telling = spans("relay", "http://127.0.0.1:1")
    assert telling is not None
    told: list[Any] = []
    telling._exporting.shutdown()
    telling._exporting = type("Heard", (), {"on_end": staticmethod(told.append)})()
    telling(None, "info", {"event": "relayed", "traces": [f"{n:032x}" for n in range(1, MOST + 2)]})
    assert told == []
    telling(None, "info", {"event": "relayed", "traces": [f"{n:032x}" for n in range(1, MOST + 1)]})
    assert len(told) == MOST


def test_without_an_address_nothing_is_told_and_without_the_extra_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert spans("relay", "") is None
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    monkeypatch.delitem(sys.modules, "events.transport.otlp", raising=False)
    monkeypatch.delattr("events.transport.otlp", raising=False)
    with pytest.raises(SystemExit, match=r"LIANCHENG_OTLP_ENDPOINT: .*pip install liancheng\[tracing\]"):
        spans("relay", "http://127.0.0.1:4318")


def test_no_process_imports_the_extra_by_itself() -> None:
    modules = ", ".join(it.module for it in workloads())
    script = (
        f"import sys\nfor name in ('opentelemetry.sdk', 'opentelemetry.exporter'): sys.modules[name] = None\nimport {modules}\n"
        "assert 'events.transport.otlp' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_record_of_one_fact_carries_its_trace_in_its_headers_and_one_of_many_does_not() -> None:
    def row(number: int) -> Row:
        return Row(number, LANES["sanction"], key_hash("tmall\0shop"), "sanction.imposed.v1", b'{"trace":"%b"}' % TRACE.encode())

    (alone,) = envelopes([row(1)], {}, 1)
    assert trace_id(dict(alone.headers())["traceparent"].decode()) == TRACE
    assert Span.of(alone.headers()) == alone.span
    (many,) = envelopes([row(1), row(2)], {TP("x", 0): 0}, 1)
    assert "traceparent" not in dict(many.headers())


def test_the_word_for_others_is_w3c_trace_context() -> None:
    assert traceparent(TRACE) == f"00-{TRACE}-{root_of(TRACE):016x}-01"
    assert trace_id(traceparent(TRACE)) == TRACE
    assert tracing.FIRST < tracing.NAMES


def test_the_trace_of_a_record_is_read_from_its_headers() -> None:
    assert trace_of([("content-type", b"x"), ("Traceparent", traceparent(TRACE).encode())]) == TRACE
    assert trace_of([("traceparent", b"\xff nonsense")]) is None
    assert trace_of([]) is None
