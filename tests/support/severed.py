"""A wire to PostgreSQL that is cut at the worst moment: around a COMMIT, so that nobody knows whether it was carried out."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

COMMIT = b"COMMIT"


class Wire:
    """Passes everything on until it is told to cut; after a cut it passes everything on again."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._cut: Literal["before", "after"] | None = None
        self.cuts = 0
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self, when: Literal["before", "after"]) -> None:
        """The next connection that commits is lost: `before` its COMMIT reaches the server, or `after` the server has carried it out."""
        self._cut = when

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {ours, writer}
        answers = asyncio.create_task(self._pass_on(theirs, writer))
        try:
            while said := await reader.read(65_536):
                if self._cut is not None and COMMIT in said:
                    when, self._cut = self._cut, None
                    answers.cancel()
                    await asyncio.wait([answers])
                    if when == "after":
                        ours.write(said)
                        await ours.drain()
                        await theirs.read(65_536)  # the server's answer: it has committed, and nobody will hear of it
                    self.cuts += 1
                    return
                ours.write(said)
                await ours.drain()
        except ConnectionError:
            return
        finally:
            answers.cancel()
            self._open -= {ours, writer}
            for end in (ours, writer):
                end.close()

    def hang_up(self) -> None:
        """Every connection ends."""
        for end in self._open:
            end.close()

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while said := await reader.read(65_536):
                writer.write(said)
                await writer.drain()
        except ConnectionError:
            return


@contextmanager
def wire(port: int) -> Iterator[Wire]:
    """A wire to the server on this port, on a thread of its own."""
    loop, made = asyncio.new_event_loop(), Wire(port)
    thread = threading.Thread(target=loop.run_forever, name="wire")
    thread.start()
    server = asyncio.run_coroutine_threadsafe(made.serve(), loop).result(10)
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, made), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server, made: Wire) -> None:
    server.close()
    made.hang_up()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
