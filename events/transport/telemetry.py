"""What a process tells its operators: the closed catalogue of metrics, JSON logs, and a small health server for workers.

Metric and label names are public. A label takes its values from a closed list of the hub's own (said in the help text): a
type that the catalogue does not know is counted as `unknown`, never under the name that a member gave it.
"""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType

import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from structlog.typing import FilteringBoundLogger, Processor

from events.transport.tracing import spans

VERSION = "0.1.0"

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside every counter, which nothing reads
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SLOW = (0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0)
_FACTS = (1, 2, 5, 10, 25, 50, 100, 200, 300, 500)
_PLACE = ("consumer", "topic", "partition")
_WAKE_SECONDS = 0.25

_counter = partial(Counter, registry=REGISTRY)
_gauge = partial(Gauge, registry=REGISTRY)
_histogram = partial(Histogram, registry=REGISTRY)

BUILD_INFO = Info("liancheng_build", "The version and the name of the process.", registry=REGISTRY)

# --- what comes in ---
STATEMENTS = _counter(
    "liancheng_statements",
    "Statements answered, by class of member, type (a name of the catalogue or unknown) and result: "
    "accepted, duplicate, conflict, refused, unavailable.",
    ("member_class", "type", "result"),
)
GROUP_SIZE = _histogram("liancheng_group_statements", "Statements that one commit of the gateway took together.", buckets=_FACTS)
COMMIT_SECONDS = _histogram("liancheng_commit_seconds", "Time of one append to the store, lock and commit included.", buckets=_FAST)
REFUSALS = _counter(
    "liancheng_refusals", "Kafka records not taken as new statements, by kind: refused, conflict, duplicate, poison.", ("kind",)
)
HTTP_SECONDS = _histogram(
    "liancheng_http_seconds",
    "Time to answer a request, by service, route template, method and status.",
    ("service", "route", "method", "status"),
    buckets=_FAST,
)

# --- how it travels ---
RELAY_BACKLOG = _gauge("liancheng_relay_backlog_facts", "Facts in the log that the relay has not published yet.", ("lane",))
RELAY_AGE = _gauge("liancheng_relay_age_seconds", "Age of the oldest fact that the relay has not published yet, or 0.", ("lane",))
LAG_IDS = _gauge("liancheng_lag_ids", "Notification ids between a consumer's position and the last one published there.", _PLACE)
LAG_SECONDS = _gauge(
    "liancheng_lag_seconds", "For how long the first id that a consumer has not had yet has been published there, or 0.", _PLACE
)
FOLD_SECONDS = _histogram("liancheng_fold_seconds", "Time to apply one batch of facts and commit.", ("consumer",), buckets=_FAST)
END_TO_END_SECONDS = _histogram(
    "liancheng_end_to_end_seconds",
    "From the hub's recording of a fact until a stage: relayed, decided, folded, published (a directive in its topic).",
    ("stage",),
    buckets=(*_FAST, 30.0, 60.0),
)

# --- what follows ---
STANDING_AGE_SECONDS = _histogram(
    "liancheng_standing_age_seconds",
    "Age of what a standing process would answer with, observed once a second.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
DIRECTIVES_UNANSWERED = _gauge(
    "liancheng_directives_unanswered",
    "Newest directives that a platform has not answered, by platform (codes of the hub's members), action (restrict, lift) and age: "
    "fresh (60 s at most), late (an hour at most), overdue.",
    ("platform", "action", "age"),
)
RESTRICT_SECONDS = _histogram("liancheng_restrict_seconds", "From a directive that restricts until a platform enforced it.", buckets=_SLOW)
LIFT_SECONDS = _histogram("liancheng_lift_seconds", "From a directive that lifts until a platform lifted.", buckets=_SLOW)
DIGEST_MISMATCHES = _counter("liancheng_digest_mismatches", "Digests that platforms told of their copy and that differed from the hub's.")
_PLATFORM = ("platform",)
COPY_DIFFERS_SECONDS = _gauge(
    "liancheng_copy_differs_seconds", "For how long a platform's copy has differed from the hub's, or 0, by platform.", _PLATFORM
)
COPY_SILENT_SECONDS = _gauge(
    "liancheng_copy_silent_seconds", "For how long a platform has owed a digest of its copy, or 0, by platform.", _PLATFORM
)
MEASURES_UNMAPPED = _gauge(
    "liancheng_measures_unmapped", "Measures that directives have asked for and that a platform has no action for, by platform.", _PLATFORM
)

WEBHOOK_DELIVERIES = _counter(
    "liancheng_webhook_deliveries",
    "Requests to platforms' addresses, by platform and result: delivered, gone, redirect, status, timeout, tls, unreachable, refused "
    "(by the guard of addresses).",
    ("platform", "result"),
)
WEBHOOK_SECONDS = _histogram("liancheng_webhook_seconds", "Time of one request to a platform's address.", buckets=_FAST)
WEBHOOK_AGE_SECONDS = _gauge(
    "liancheng_webhook_age_seconds",
    "Age of the oldest directive that a platform's address was offered and has not taken, or 0, by platform and action (lift, restrict).",
    ("platform", "action"),
)
WEBHOOK_WAITING = _gauge("liancheng_webhook_waiting", "Directives that a platform's address is still to be told, at most.", _PLATFORM)
WEBHOOK_GIVEN_UP = _gauge(
    "liancheng_webhook_given_up", "Directives that a platform's address refused for three days while it took others.", _PLATFORM
)
WEBHOOK_OFF = _gauge("liancheng_webhook_off", "1 for a platform whose address the hub has switched off, else 0.", _PLATFORM)
WEBHOOK_ADMITTED = _gauge(
    "liancheng_webhook_admitted_networks", "Networks beside the public internet that webhooks may reach (LIANCHENG_WEBHOOK_ALLOW)."
)

# --- whether justice is done ---
ANSWERS_DUE = _gauge(
    "liancheng_answers_due", "Listings with an objection, appeal, repair or second look that falls due within a day, and is then granted."
)
NOTICES_UNDELIVERED = _gauge("liancheng_notices_undelivered", "Notices that nobody could deliver and a person has to look at.")
DUE_PROCESS_VIOLATIONS = _counter(
    "liancheng_due_process_violations", "Directives of tier restricted or above that were stopped: no decision stands behind them."
)
BREAKER_HELD = _gauge("liancheng_breaker_held_listings", "Listings that the breaker holds until a person has looked.")
VAULT_ERASURES_DUE = _gauge("liancheng_vault_erasures_due", "Requests to erase words of the vault that were not carried out (make erase).")

# --- how the process itself is ---
POOL_CONNECTIONS = _gauge(
    "liancheng_pool_connections", "Connections to PostgreSQL that a pool holds, by pool and state: used, idle.", ("pool", "state")
)
POOL_WAIT_SECONDS = _histogram("liancheng_pool_wait_seconds", "Wait for a connection out of a pool, by pool.", ("pool",), buckets=_FAST)
POOL_TIMEOUTS = _counter("liancheng_pool_timeouts", "Requests to a pool that got no connection in time, by pool.", ("pool",))
LOOP_DELAY_SECONDS = _histogram(
    "liancheng_loop_delay_seconds",
    "How much later than it asked for the event loop woke a task, asked four times a second.",
    buckets=_FAST,
)

_KINDS = (Counter, Gauge, Histogram, Info)
METRICS: Mapping[str, Counter | Gauge | Histogram | Info] = {name: it for name, it in globals().items() if isinstance(it, _KINDS)}
"""Every metric of the hub by its Python name, for the tests that compare panels and alerts with it."""

for _kind in ("refused", "conflict", "duplicate", "poison"):
    REFUSALS.labels(_kind)  # a counter that is there from the start shows its first increase


def exposition() -> tuple[bytes, str]:
    """The body and the media type of /metrics."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


log: FilteringBoundLogger = structlog.get_logger()


def configure_logs(process: str, level: str, otlp_endpoint: str = "") -> None:
    """One JSON object a line on standard output, other libraries' records and crashes too. Call once, first thing in main.

    With the address of a collector, the stages of statements are told there as spans too.
    """
    shown = logging.getLevelNamesMapping()[level.upper()]

    def name_process(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["process"] = process
        return event

    # No local variables in tracebacks: they hold what members said.
    failures = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
    before: list[Processor] = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, stamp, name_process, failures]
    as_json = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True)
    tracing = spans(process, otlp_endpoint)
    structlog.configure(
        processors=[*before, *([tracing] if tracing else ()), as_json],
        wrapper_class=structlog.make_filtering_bound_logger(shown),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
    )
    handler = logging.StreamHandler(sys.stdout)
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[strip, as_json]))
    logging.basicConfig(level=max(shown, logging.WARNING), handlers=[handler], force=True)
    sys.excepthook = _log_crash
    threading.excepthook = _log_thread_crash
    BUILD_INFO.info({"version": VERSION, "process": process})


def traced(trace: str | None) -> AbstractContextManager[None]:
    """Binds the correlation id of a statement to every line that is logged inside the with block."""
    return structlog.contextvars.bound_contextvars(trace=trace)


def _log_crash(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    log.critical("crashed", exc_info=(kind, error, where))


def _log_thread_crash(crash: threading.ExceptHookArgs) -> None:
    log.critical("crashed", exc_info=crash.exc_value, thread=crash.thread.name if crash.thread else None)


async def watch_loop() -> None:
    """Notice for ever how late the running event loop wakes whoever sleeps: something else kept it busy, or the machine did."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _WAKE_SECONDS
        await asyncio.sleep(_WAKE_SECONDS)
        LOOP_DELAY_SECONDS.observe(max(loop.time() - due, 0.0))


def is_ready(word: str) -> bool:
    """A process answers from when it first caught up; lag later makes it `degraded`, and it goes on answering."""
    return word in ("ready", "degraded")


class HealthServer(ThreadingMixIn, TCPServer):
    """Answers on a thread of its own until shutdown(). Not http.server's class: that one asks DNS for its own name."""

    allow_reuse_address = True
    daemon_threads = True


def serve_health(host: str, port: int, ready: Callable[[], str]) -> HealthServer:
    """/healthz, /readyz (503 and the reason, unless `ready` says ready or degraded) and /metrics, for a process without HTTP.

    OSError when the port is taken. `ready` is called on the server's threads.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            if self.path == "/healthz":
                self._answer(200, b"ok\n")
            elif self.path == "/readyz":
                word = ready()
                self._answer(200 if is_ready(word) else 503, f"{word}\n".encode())
            elif self.path == "/metrics":
                body, media = exposition()
                self._answer(200, body, media)
            else:
                self._answer(404, b"not found\n")

        def _answer(self, status: int, body: bytes, media: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Probes are not worth a line each."""

    server = HealthServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
