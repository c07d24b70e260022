"""The connections to one HTTP server: a stack, the one used last on top.

The HTTP client's own pool looks at every idle connection when a request begins and again when it ends, with two system
calls each: with 32 calls in flight, a sixth of what a call costs. Here, each connection has a pool of its own, and a
request looks at one.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Final, cast

import httpx2

UNUSED_SECONDS: Final = 5.0
"""As the HTTP client's own pool has it; servers keep theirs for longer."""

SPARE: Final = 8
"""Connections beside those of the calls: the server's own stream, cancellations, the goodbye."""

_ONE: Final = httpx2.Limits(max_connections=1, max_keepalive_connections=1)


class HttpConnections(httpx2.AsyncBaseTransport):
    """Sends each request over the connection that was used last, or over a new one.

    Args:
        connect: makes a transport that holds one connection.
        most: how many there are at the same time; further requests wait for as long as their `pool` timeout says.
        unused: seconds without a request after which one is closed, when another is given back.
    """

    def __init__(
        self, connect: Callable[[], httpx2.AsyncBaseTransport], *, most: int, unused: float = UNUSED_SECONDS
    ) -> None:
        self._connect = connect
        self._lasts = unused
        self._places = asyncio.Semaphore(most)
        self._all: set[httpx2.AsyncBaseTransport] = set()
        self._unused: deque[tuple[float, httpx2.AsyncBaseTransport]] = deque()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request`; its connection is free again once the answer is closed.

        Raises:
            httpx2.PoolTimeout: none became free in time.
            httpx2.TransportError: see httpx2.
        """
        await self._place(request)
        connection = self._unused.pop()[1] if self._unused else self._new()
        try:
            response = await connection.handle_async_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            await self._give_back(connection)
            raise type(error)(_with_place(error, request.url), request=request) from error
        except BaseException:
            await self._give_back(connection)
            raise
        stream = cast("httpx2.AsyncByteStream", response.stream)
        response.stream = _Answer(stream, lambda: self._give_back(connection))
        return response

    async def aclose(self) -> None:
        """Close all of them, also those at work."""
        self._unused.clear()
        while self._all:
            await self._all.pop().aclose()

    async def _place(self, request: httpx2.Request) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("pool")):
                await self._places.acquire()
        except TimeoutError:
            raise httpx2.PoolTimeout("no connection became free", request=request) from None

    def _new(self) -> httpx2.AsyncBaseTransport:
        connection = self._connect()
        self._all.add(connection)
        return connection

    async def _give_back(self, connection: httpx2.AsyncBaseTransport) -> None:
        now = asyncio.get_running_loop().time()
        self._places.release()
        self._unused.append((now, connection))
        while self._unused and self._unused[0][0] < now - self._lasts:
            _, old = self._unused.popleft()
            self._all.discard(old)
            await old.aclose()


def connections(tls: ssl.SSLContext, calls: int) -> HttpConnections:
    """The connections to a server that may have so many calls at work; https goes by `tls`, and nothing by a proxy."""
    connect = partial(httpx2.AsyncHTTPTransport, verify=tls, trust_env=False, limits=_ONE)
    return HttpConnections(connect, most=calls + SPARE)


class _Answer(httpx2.AsyncByteStream):
    """The body of an answer, which says once that it has been closed."""

    def __init__(self, inner: httpx2.AsyncByteStream, on_close: Callable[[], Awaitable[None]]) -> None:
        self._inner = inner
        self._on_close: Callable[[], Awaitable[None]] | None = on_close

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._inner.__aiter__()

    async def aclose(self) -> None:
        """Let go of the connection."""
        on_close, self._on_close = self._on_close, None
        try:
            await self._inner.aclose()
        finally:
            if on_close is not None:
                await on_close()


def _with_place(error: Exception, url: httpx2.URL) -> str:
    """What went wrong and where to; the rest of an address may have a token in it."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    place = f"{url.scheme}://{host}" if url.port is None else f"{url.scheme}://{host}:{url.port}"
    return f"{place}: {error}" if str(error) else place
