"""Addresses of platforms that behave well or badly: HTTP servers on loopback, each on a thread of its own."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from events.client.follow.replica import Replica
from events.client.webhook import Inbox


class Handler(BaseHTTPRequestHandler):
    """Reads a request and lets its receiver behave."""

    protocol_version = "HTTP/1.1"
    server: "Receiver"

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((dict(self.headers), body))
        try:
            self.server.behave(self, body)
        except (OSError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_POST

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


Behave = Callable[[Handler, bytes], None]


class Receiver(ThreadingHTTPServer):
    """`behave` may be changed while it runs; `connections` counts also those on which nothing was asked."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, behave: Behave, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave, self.tls = behave, tls
        self.connections = 0
        self.requests: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/liancheng"

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Who calls may hang up."""


@contextmanager
def receiving(behave: Behave, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver(behave, tls)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join(5)


class Platform:
    """What a platform has behind its address: a copy, the client's own inbox, and whether it answers at all as it should."""

    def __init__(self, replica: Replica | None = None) -> None:
        self.replica = replica or Replica()
        self.secrets: list[str] = []
        self.differed = threading.Event()
        self.seen: list[str] = []
        self._one = threading.Lock()

    def behave(self, handler: Handler, body: bytes) -> None:
        """As the client's documents say."""
        with self._one:
            inbox = Inbox(self.replica, self.secrets, lambda _: None, self.differed.set)
            reply = inbox.receive(dict(handler.headers), body)
            # A challenge that came before its secret was known comes again.
            if reply.status < 300:
                self.seen.append(handler.headers.get("webhook-id", ""))
        handler.answer(reply.status, reply.body)


def saying(status: int, body: bytes = b"", **headers: str) -> Behave:
    """The same answer to everything."""
    return lambda handler, _: handler.answer(status, body, headers)


def dripping(handler: Handler, _: bytes) -> None:
    """The head of an answer, a byte every half second."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 600:
        handler.connection.sendall(bytes([byte]))
        time.sleep(0.5)


def endless(handler: Handler, _: bytes) -> None:
    """A body without an end, as fast as it is read."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def endless_head(handler: Handler, _: bytes) -> None:
    """Headers without an end."""
    handler.send_response(200)
    while True:
        handler.wfile.write(b"X-More: " + b"x" * 8000 + b"\r\n")


def silent(handler: Handler, _: bytes) -> None:
    """Takes the request, and says nothing until whoever asked has gone."""
    handler.connection.settimeout(60)
    handler.connection.recv(1)


def hanging_up(handler: Handler, _: bytes) -> None:
    """Closes the connection instead of answering."""
    handler.close_connection = True
    handler.connection.close()
