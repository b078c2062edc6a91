"""Addresses that are told by webhook, many on one thread: the least that a healthy receiver can do."""

import asyncio
import threading
from collections.abc import Callable

import msgspec

from events.client.webhook import CHALLENGE, Delivery

HOST = "127.0.0.1"


class Address(asyncio.Protocol):
    """One connection. It says what a delivery is called when all of it is there, and answers at once."""

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told, self._read = told, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = self._read.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:]) if found else {}
        length = int(fields.get(b"content-length", 0))
        if not found or len(rest) < length:
            return
        self._read, body = rest[length:], rest[:length]
        name = fields[b"webhook-id"].decode()
        self._told(name)
        reply = _echo(body) if challenges(name) else b""
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(reply), reply))


def challenges(name: str) -> bool:
    """Whether it is no directive."""
    return name.startswith("challenge-")


def _echo(challenge: bytes) -> bytes:
    said = msgspec.json.decode(challenge, type=Delivery)
    assert said.type == CHALLENGE
    return bytes(said.data)


def listening(count: int, told: Callable[[str], None]) -> list[str]:
    """So many addresses of this process, for as long as it lives. `told` is called on their thread."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    opening = [asyncio.run_coroutine_threadsafe(loop.create_server(lambda: Address(told), HOST, 0), loop) for _ in range(count)]
    return [f"http://{HOST}:{one.result().sockets[0].getsockname()[1]}/" for one in opening]
