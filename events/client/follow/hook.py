"""Webhooks: an address of the platform's own that the hub calls, on top of the pull feed that begins and mends the copy."""

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

from events.client.follow.feed import Diverged, Feed
from events.client.follow.replica import Replica
from events.client.hub import Hub, Problem, Unreachable
from events.client.webhook import LONGEST, Inbox, Registration, Reply, Secrets, found, registered

LOOK_SECONDS = 60.0
"""Between two looks at the feed, for what no delivery brought."""
AGAIN_SECONDS = 2.0
"""Until a registration that the hub did not answer is asked for again."""
MISSING = 404


class NotCalled(Exception):
    """The hub does not call this address; the copy is kept up by the feed alone."""


class Hook:
    """Keeps one replica up to date by what is delivered. Listens from the first moment, and tells what came in the thread of `run`."""

    def __init__(self, hub: Hub, replica: Replica, listen: tuple[str, int], secrets: Secrets) -> None:
        """`listen`: behind your TLS; port 0 is any that is free. OSError when it is taken."""
        self._hub, self._replica, self._secrets, self._url = hub, replica, secrets, ""
        self._news = SimpleQueue[int | None]()
        self._inbox = self._inbox_with(secrets.known)
        self._server = ThreadingHTTPServer(listen, _handler(lambda headers, body: self._inbox.receive(headers, body)))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def announce(self, url: str) -> None:
        """Before `run`: where the hub reaches this address; it is registered there at each start. Without it, you have done so."""
        self._url = url

    def run(self, stop: Event, heard: Callable[[int], None], doubt: Callable[[Exception], None]) -> None:
        """Until `stop`, which it notices within a second. `heard` is told how many subjects changed; the copy says how.

        `doubt` is told why nothing comes: the feed or the registration does not answer, or the hub does not call this address.
        """
        feed = Feed(self._hub, self._replica, wait=lambda seconds: self._take(stop, heard, seconds))
        with self._server:
            Thread(target=self._server.serve_forever, name="webhook", daemon=True).start()
            try:
                while not stop.is_set():
                    pause = LOOK_SECONDS
                    try:
                        self._register()
                        feed.reconcile(heard)
                        feed.prove_in_time()
                        self._look()
                    except (Unreachable, Diverged, NotCalled) as trouble:
                        doubt(trouble)
                        pause = LOOK_SECONDS if isinstance(trouble, NotCalled) else AGAIN_SECONDS
                    self._take(stop, heard, pause)
            finally:
                self._server.shutdown()

    def _register(self) -> None:
        if self._url:
            self._inbox = self._inbox_with(registered(self._hub, self._url, self._secrets))
            self._url = ""

    def _look(self) -> None:
        try:
            here: Registration = found(self._hub)
        except Problem as problem:
            if problem.status != MISSING:
                raise
            raise NotCalled("no webhook is registered / 未登记回调地址") from problem
        if here.state == "off":
            raise NotCalled(f"the hub has switched this webhook off: {here.why} / 回调地址已被停用")

    def _take(self, stop: Event, heard: Callable[[int], None], seconds: float) -> None:
        """Tell what is delivered, so long; shorter when the copy is found to differ."""
        until = monotonic() + seconds
        while not stop.is_set() and (left := until - monotonic()) > 0:
            try:
                news = self._news.get(timeout=min(left, 1.0))
            except Empty:
                continue
            if news is None:
                return
            heard(news)

    def _inbox_with(self, secrets: tuple[str, ...]) -> Inbox:
        return Inbox(self._replica, secrets, self._news.put, lambda: self._news.put(None))


def _handler(receive: Callable[[Mapping[str, str], bytes], Reply]) -> type[BaseHTTPRequestHandler]:
    """Answers a POST as the inbox says; nothing else is spoken here."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        # Longer than the hub keeps a connection that it does not use: who closes first must not be the one who is about to be asked.
        timeout = 30

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > LONGEST:
                self.close_connection = True
                self._answer(413 if length.isdecimal() else 411, b"")
                return
            self._answer(*receive(dict(self.headers.items()), self.rfile.read(int(length))))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A delivery is told when it changed something."""

    return Handler
