"""PostgreSQL behind TLS: the wheel's build speaks none, so somebody before it does, and turns away whoever does not ask for it."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

LENGTH = 8
TLS_PLEASE, GSS_PLEASE = (LENGTH.to_bytes(4) + code.to_bytes(4) for code in (80877103, 80877104))
"""The first packets of a client that asks for TLS, and of one that asks for Kerberos' encryption."""


class Door(NamedTuple):
    """Where clients knock, and how many were let in or turned away so far."""

    port: int
    admitted: list[str]
    refused: list[str]


@contextmanager
def doorman(certificate: Path, server_port: int) -> Iterator[Door]:
    """Listens on loopback until the end. `certificate` is a file with key and certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="doorman")
    thread.start()
    admitted, refused = list[str](), list[str]()

    async def knocked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            said = await reader.readexactly(LENGTH)
            if said == GSS_PLEASE:
                writer.write(b"N")
                said = await reader.readexactly(LENGTH)
            if said != TLS_PLEASE:
                refused.append("without TLS")
            else:
                writer.write(b"S")
                await writer.start_tls(context)
                admitted.append("by TLS")
                await _connect(reader, writer, server_port)
        writer.close()

    async def begin() -> asyncio.Server:
        return await asyncio.start_server(knocked, "127.0.0.1", 0)

    async def end(server: asyncio.Server) -> None:
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield Door(server.sockets[0].getsockname()[1], admitted, refused)
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Both ways, until either side hangs up."""
    inside, into = await asyncio.open_connection("127.0.0.1", port)
    ways = [asyncio.ensure_future(_carry(reader, into)), asyncio.ensure_future(_carry(inside, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        into.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(65536):
        writer.write(said)
        await writer.drain()
