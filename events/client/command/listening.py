"""follow --by webhook: an address of the platform's own, behind its TLS, that takes what the hub delivers."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from events.client.command import lines
from events.client.command.words import Words
from events.client.follow.feed import Diverged, Feed
from events.client.follow.replica import Replica
from events.client.hub import Unreachable
from events.client.webhook import LONGEST, Inbox

LOOK_SECONDS = 60.0
"""Between two looks at the feed, for what no delivery brought."""


def run(words: Words, feed: Feed, replica: Replica, stop: Event, tell: Callable[[int], None]) -> None:
    """Until `stop`. A copy that differs is mended from the feed at once, and proven in time."""
    differs = Event()
    inbox = Inbox(replica, words.secrets, tell, differs.set)
    host, _, port = words.listen.rpartition(":")
    with ThreadingHTTPServer((host, int(port)), handler(inbox)) as server:
        Thread(target=server.serve_forever, name="webhook", daemon=True).start()
        lines.tell(f"listening on {words.listen}")
        while not stop.is_set():
            try:
                feed.reconcile(tell)
                feed.prove_in_time()
            except (Unreachable, Diverged) as trouble:
                lines.tell(trouble)
            differs.wait(LOOK_SECONDS)
            differs.clear()
        server.shutdown()


def handler(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    """Answers a POST as the inbox says; nothing else is spoken here."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > LONGEST:
                self._answer(413, b"")
                return
            status, body = inbox.receive(dict(self.headers.items()), self.rfile.read(int(length)))
            self._answer(status, body)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A delivery is told when it changed something."""

    return Handler
