"""Serving on granian inside our own event loop: one process, one port or several, stopped cleanly by SIGTERM or SIGINT."""

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence

import uvloop
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from events.transport import startup
from events.transport.telemetry import watch_loop
from services.web.application import Site

HEADER_MS = 10_000
"""A client has to send its request's head within this time."""


def serve(app: Site, host: str, port: int) -> None:
    """Serve until a signal; returns when what was being answered is answered. SystemExit with one line when the port is taken."""
    serve_all([(app, host, port)])


def serve_all(places: Sequence[tuple[Site, str, int]]) -> None:
    """Several applications in one process and one event loop, each on its own port."""
    startup.settle()
    logging.getLogger("_granian").setLevel(logging.ERROR)  # its word that embedding is experimental is no news to operators
    uvloop.run(_serve(places))


async def _serve(places: Sequence[tuple[Site, str, int]]) -> None:
    for _, host, port in places:
        _refuse_taken(host, port)
    servers = [_server(app, host, port) for app, host, port in places]
    running = [asyncio.ensure_future(server.serve()) for server in servers]
    watching = asyncio.ensure_future(watch_loop())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([stopping, *running], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    for app, _, _ in places:
        app.leaving()
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]
    await asyncio.gather(*running)
    watching.cancel()


def _refuse_taken(host: str, port: int) -> None:
    """With one clear line. granian shares a port with whoever else shares it, and each would get half of the requests."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as taken:
            raise SystemExit(f"{host}:{port}: {taken.strerror}") from None


def _server(app: Site, host: str, port: int) -> Server:
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MS),
        log_enabled=False,
    )
