"""What is needed of OpenTelemetry, in one place: the only module that imports it, and only when spans are asked for."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, TraceFlags

__all__ = ["ReadableSpan", "Resource", "SpanContext", "TraceFlags", "exporting"]

WAIT_MS, QUEUE, BATCH, SECONDS = 1000, 8192, 512, 3


def exporting(address: str) -> BatchSpanProcessor:
    """Sends in the background, OTLP over HTTP; `address` is the collector's, without a path."""
    exporter = OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces", timeout=SECONDS)
    return BatchSpanProcessor(exporter, max_queue_size=QUEUE, max_export_batch_size=BATCH, schedule_delay_millis=WAIT_MS)
