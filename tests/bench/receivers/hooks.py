"""Addresses that are told by webhook, many in one process: the least that a healthy receiver can do."""

import asyncio
import threading
import time

import msgspec

from events.client.hub import Hub
from events.client.webhook import CHALLENGE, Delivery
from tests.bench.receivers.tally import Tally

HOST = "127.0.0.1"


class Hook(asyncio.Protocol):
    """One connection. It answers at once, and notes when the delivery was whole."""

    def __init__(self, tally: Tally, proven: threading.Semaphore) -> None:
        self._tally, self._proven, self._read = tally, proven, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = self._read.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:]) if found else {}
        length = int(fields.get(b"content-length", 0))
        if not found or len(rest) < length:
            return
        now = time.monotonic()
        self._read, body = rest[length:], rest[:length]
        reply = b""
        if (name := fields[b"webhook-id"].decode()).startswith("challenge-"):
            reply = _echo(body)
            self._proven.release()
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(reply), reply))
        if not reply:
            subject, _, seq = name.rpartition("/")
            self._tally.had(subject, int(seq), now)


def _echo(challenge: bytes) -> bytes:
    said = msgspec.json.decode(challenge, type=Delivery)
    assert said.type == CHALLENGE
    return bytes(said.data)


def register(address: str, keys: list[str], tally: Tally) -> None:
    """An address for each platform, on a thread; returns when the hub has proven all of them."""
    loop, proven = asyncio.new_event_loop(), threading.Semaphore(0)
    threading.Thread(target=loop.run_forever, daemon=True).start()
    for key in keys:
        opening = asyncio.run_coroutine_threadsafe(loop.create_server(lambda: Hook(tally, proven), HOST, 0), loop)
        port = opening.result().sockets[0].getsockname()[1]
        Hub(address, key).put("/v1/webhook", msgspec.json.encode({"url": f"http://{HOST}:{port}/"}))
    for _ in keys:
        proven.acquire()
