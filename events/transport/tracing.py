"""Spans of statements for an OpenTelemetry collector: made of the lines that each stage logs, and only where an address is set.

The packages are an extra (`pip install liancheng[tracing]`): nothing of them is imported before somebody asks for spans.
"""

import random
from collections.abc import Iterable
from hashlib import sha256
from time import time_ns
from typing import Any

import structlog

MOST = 20
"""Traces that one line makes spans of; a batch of more is one that nobody looks at statement by statement."""
FIRST = frozenset(("heard", "committed"))
"""Where a statement comes in: by Kafka, or by HTTP. All other stages hang below it."""
NAMES = FIRST | {"relayed", "applied", "copied", "directive published"}
"""Events of the log that are stages of a statement's way."""
LEFT_OUT = frozenset(("event", "trace", "traces", "level", "at", "process"))


class Spans:
    """A processor of log lines that passes every line on as it is. What cannot be delivered is dropped: the hub waits for no collector."""

    def __init__(self, process: str, exporting: Any, sdk: Any) -> None:
        """`exporting` takes ended spans; `sdk` is the package's module of spans."""
        self._exporting, self._sdk = exporting, sdk
        self._resource = sdk.Resource({"service.name": f"liancheng-{process}", "service.namespace": "liancheng"})

    def __call__(self, _logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        if event.get("event") in NAMES:
            traces = [trace for trace in (*event.get("traces", ()), event.get("trace")) if trace]
            if len(traces) <= MOST:
                ended = time_ns()
                for trace in traces:
                    self._exporting.on_end(self._span(event, trace, ended))
        return event

    def _span(self, event: structlog.typing.EventDict, trace: str, ended: int) -> Any:
        began = ended - int(float(event.get("milliseconds", 0)) * 1e6)
        first = event["event"] in FIRST
        return self._sdk.ReadableSpan(
            name=event["event"],
            context=self._context(trace, root_of(trace) if first else random.getrandbits(64) or 1),
            parent=None if first else self._context(trace, root_of(trace)),
            resource=self._resource,
            attributes=dict(_attributes(event)),
            start_time=began,
            end_time=ended,
        )

    def _context(self, trace: str, span: int) -> Any:
        return self._sdk.SpanContext(int(trace, 16), span, is_remote=False, trace_flags=self._sdk.TraceFlags(1))


def root_of(trace: str) -> int:
    """The span of where a statement came in: the same in every process, without a word between them."""
    return int.from_bytes(sha256(trace.encode()).digest()[:8], "big") or 1


def traceparent(trace: str) -> str:
    """As W3C Trace Context writes it, for what follows from a statement."""
    return f"00-{trace}-{root_of(trace):016x}-01"


def spans(process: str, address: str) -> Spans | None:
    """None without an address. SystemExit that names what is missing when the extra is not installed."""
    if not address:
        return None
    try:
        from events.transport import otlp
    except ImportError as missing:
        raise SystemExit(f"LIANCHENG_OTLP_ENDPOINT: {missing}: pip install liancheng[tracing]") from None
    return Spans(process, otlp.exporting(address), otlp)


def _attributes(event: structlog.typing.EventDict) -> Iterable[tuple[str, Any]]:
    """Numbers and words that the line has beside its traces; lists of words as they are."""
    for name, value in event.items():
        if name not in LEFT_OUT and isinstance(value, str | int | float | bool | list):
            yield f"liancheng.{name}", value
