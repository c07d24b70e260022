"""How many connections a server gets, which one a request takes, and when they are closed."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import httpx2
import pytest

from callsheet.tools.transports.http_connections import HttpConnections

ONE = partial(httpx2.AsyncHTTPTransport, limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1))
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers every request once the gate is open, and keeps the connection."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.opened = 0
        self.requests = 0
        self.changed = asyncio.Condition()
        self.open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self.open.add(writer)
        try:
            while await self._head(reader):
                await self._told(requests=1)
                await self.gate.wait()
                writer.write(ANSWER)
        finally:
            self.open.discard(writer)
            await self._told()
            writer.close()

    async def until(self, *, requests: int = 0, open_: int | None = None) -> None:
        """Wait until so many requests have come, or so many connections are left."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(
                lambda: self.requests >= requests and (open_ is None or len(self.open) == open_)
            )

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""

    async def _told(self, *, requests: int = 0) -> None:
        async with self.changed:
            self.requests += requests
            self.changed.notify_all()


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def url(server: Server) -> AsyncIterator[str]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    server.gate.set()
    listening.close()
    await server.until(open_=0)


def client(connections: HttpConnections, pool: float | None = None) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=connections, timeout=httpx2.Timeout(5, pool=pool), trust_env=False)


async def test_one_request_after_another_takes_one_connection(server: Server, url: str) -> None:
    async with client(HttpConnections(ONE, most=4)) as web:
        for _ in range(5):
            assert (await web.get(url)).text == "ok"
    assert server.opened == 1


async def test_requests_at_once_have_a_connection_each_and_never_more_than_allowed(server: Server, url: str) -> None:
    server.gate.clear()
    async with client(HttpConnections(ONE, most=3)) as web, asyncio.timeout(5):
        asked = [asyncio.create_task(web.get(url)) for _ in range(7)]
        await server.until(requests=3)
        assert len(server.open) == 3
        server.gate.set()
        assert [answer.text for answer in await asyncio.gather(*asked)] == ["ok"] * 7
    assert server.opened == 3


async def test_a_request_without_a_connection_gives_up_after_its_own_time(server: Server, url: str) -> None:
    server.gate.clear()
    async with client(HttpConnections(ONE, most=1), pool=0.01) as web, asyncio.timeout(5):
        first = asyncio.create_task(web.get(url))
        await server.until(requests=1)
        with pytest.raises(httpx2.PoolTimeout, match="no connection became free"):
            await web.get(url)
        server.gate.set()
        assert (await first).text == "ok"


async def test_a_request_that_is_given_up_leaves_its_place_to_another(server: Server, url: str) -> None:
    server.gate.clear()
    async with client(HttpConnections(ONE, most=1)) as web, asyncio.timeout(5):
        first = asyncio.create_task(web.get(url))
        await server.until(requests=1)
        first.cancel()
        await asyncio.wait([first])
        server.gate.set()
        assert (await web.get(url)).text == "ok"


async def test_a_connection_that_failed_says_where_to_and_its_place_is_free_again(server: Server, url: str) -> None:
    async with client(HttpConnections(ONE, most=1)) as web, asyncio.timeout(5):
        with pytest.raises(httpx2.ConnectError, match=r"^http://127\.0\.0\.1:1: ") as refused:
            await web.get("http://127.0.0.1:1/mcp?token=hush")
        assert "hush" not in str(refused.value)
        assert (await web.get(url)).text == "ok"


async def test_connections_that_nobody_used_for_long_are_closed(server: Server, url: str) -> None:
    server.gate.clear()
    async with client(HttpConnections(ONE, most=3, unused=0.0)) as web, asyncio.timeout(5):
        asked = [asyncio.create_task(web.get(url)) for _ in range(3)]
        await server.until(requests=3)
        server.gate.set()
        await asyncio.gather(*asked)
        await server.until(open_=1)


async def test_a_connection_that_the_server_closed_is_replaced(server: Server, url: str) -> None:
    async with client(HttpConnections(ONE, most=1)) as web, asyncio.timeout(5):
        await web.get(url)
        for writer in server.open:
            writer.close()
        await server.until(open_=0)
        assert (await web.get(url)).text == "ok"
    assert server.opened == 2


async def test_closing_ends_connections_at_work_too(server: Server, url: str) -> None:
    server.gate.clear()
    connections = HttpConnections(ONE, most=2)
    async with client(connections) as web, asyncio.timeout(5):
        await_answer = asyncio.create_task(web.get(url))
        await server.until(requests=1)
        await connections.aclose()
        with pytest.raises(httpx2.TransportError):
            await await_answer
