"""Peers that do not take their answer: what waits for them is dropped with their connection."""

import asyncio
import select
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.types import Receive, Scope, Send

from callsheet.api.binding import listen, url_of
from callsheet.api.draining import Draining
from callsheet.api.places import Places
from callsheet.api.server import serve
from callsheet.api.slow_readers import MIN_BYTES, SlowReaders
from callsheet.api.sources import Sources
from tests.api.test_server import connected

ANSWER = b"x" * 2**20
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def large(scope: Scope, receive: Receive, send: Send) -> None:
    """An app whose answers are large."""
    length = str(len(ANSWER)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": ANSWER})


@asynccontextmanager
async def serving(*, send_seconds: float = 10.0, places: Places | None = None) -> AsyncGenerator[str]:
    """The app at its URL."""
    draining, ready, listener = Draining(), asyncio.Event(), listen("127.0.0.1", 0)
    options = {"draining": draining, "on_ready": ready.set, "send_seconds": send_seconds, "places": places}
    task = asyncio.create_task(serve(large, listener=listener, **options))  # pyright: ignore[reportArgumentType]
    try:
        async with asyncio.timeout(10):
            await ready.wait()
        yield url_of(listener)
    finally:
        draining.start()
        async with asyncio.timeout(10):
            await task


def cut(raw: socket.socket, seconds: float = 20.0) -> bool:
    """Whether the peer resets the connection within `seconds`; nothing is read."""
    waiting = select.poll()
    waiting.register(raw, 0)
    return bool(waiting.poll(seconds * 1000))


@pytest.mark.timeout(40)
async def test_who_does_not_read_an_answer_is_cut_and_who_reads_it_slowly_gets_it() -> None:
    async with serving(send_seconds=1.0) as url, connected(url) as stalled, connected(url) as slow:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(stalled, REQUEST)
        await loop.sock_sendall(slow, REQUEST)
        cutting = asyncio.create_task(asyncio.to_thread(cut, stalled))
        received = 0
        while received < len(ANSWER):
            part = await loop.sock_recv(slow, 65_536)
            assert part, "the slow reader was cut"
            received += len(part)
        assert await cutting


async def test_a_source_with_too_many_connections_gets_no_other() -> None:
    sources = Everybody()
    async with (
        serving(places=Places(sources, per_source=1)) as url,
        connected(url) as first,
        connected(url) as second,
    ):
        loop = asyncio.get_running_loop()
        assert await asyncio.to_thread(cut, second)
        await loop.sock_sendall(first, REQUEST)
        assert (await loop.sock_recv(first, 15)).startswith(b"HTTP/1.1 200")


class Everybody(Sources):
    """Counts this machine, too."""

    def stranger(self, address: str) -> str:
        """See `Sources.stranger`."""
        return address


@dataclass(eq=False)
class Wire(asyncio.Transport):
    """A transport with unsent bytes."""

    size: int
    aborted: bool = False
    peer: socket.socket = field(default_factory=socket.socket)

    def get_write_buffer_size(self) -> int:
        """See `asyncio.WriteTransport`."""
        return self.size

    def get_extra_info(self, name: str, default: object = None) -> object:
        """See `asyncio.BaseTransport`."""
        return self.peer

    def abort(self) -> None:
        """See `asyncio.WriteTransport`."""
        self.aborted = True
        self.peer.close()


@dataclass(eq=False)
class Peer:
    """One connection."""

    transport: asyncio.Transport


@pytest.mark.parametrize(
    ("sizes", "cut_at"),
    [
        ([100, 100], 1),
        ([100, 99], 1),
        ([100, 0, 100, 0], None),
        ([5 * MIN_BYTES, 4 * MIN_BYTES, 3 * MIN_BYTES, 2 * MIN_BYTES, MIN_BYTES, 0], None),
        ([5 * MIN_BYTES, 4 * MIN_BYTES, 4 * MIN_BYTES - 1], 2),
        ([100, 200, 300, 400], None),
        ([100, 200, 200], 2),
    ],
)
def test_what_counts_as_reading(sizes: list[int], cut_at: int | None) -> None:
    wire = Wire(0)
    readers, peer = SlowReaders(10.0), Peer(wire)
    found: int | None = None
    for index, size in enumerate(sizes):
        wire.size = size
        readers.sweep({peer}, index * 10.0)
        if wire.aborted:
            found = index
            break
    wire.peer.close()

    assert found == cut_at
