"""A transport of httpx2 that finds a server again which was started again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import anyio
import httpx2
import orjson
from mcp.shared.inbound import MCP_METHOD_HEADER

_SESSION: Final = "mcp-session-id"
_INITIALIZED: Final = orjson.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
_AGAIN: Final = 1.0
"""Seconds between looks for a server that is away, on behalf of the stream of what it says by itself."""


class FindsAgain(httpx2.AsyncBaseTransport):
    """Sends requests to where the server is now, and opens the session of the `initialize` era again that it forgot.

    The client goes on with the id of its first session. A request that was not served, as its session was not known, is
    sent again in the new one; any other that a server leaves without an answer is not.

    Args:
        inner: sends the requests.
        where: the address of the endpoint now; None while nobody knows.
        on_reopened: called when a session was opened again.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        where: Callable[[], str | None],
        on_reopened: Callable[[], Awaitable[None]],
    ) -> None:
        self._inner = inner
        self._where = where
        self._on_reopened = on_reopened
        self._opening: httpx2.Request | None = None
        self._session: str | None = None
        self._one_opens = asyncio.Lock()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See `httpx2.AsyncBaseTransport`."""
        if request.method == "GET":
            return await self._stream(request)
        response = await self._in_session(request)
        if _opens_session(request) and (session := response.headers.get(_SESSION)):
            self._opening, self._session = request, session
        return response

    async def aclose(self) -> None:
        """See `httpx2.AsyncBaseTransport`."""
        await self._inner.aclose()

    async def _stream(self, request: httpx2.Request) -> httpx2.Response:
        """The stream of what the server says by itself: it begins when there is one."""
        while True:
            try:
                return await self._in_session(request)
            except httpx2.TransportError:
                await anyio.sleep(_AGAIN)

    async def _in_session(self, request: httpx2.Request) -> httpx2.Response:
        session = self._session
        response = await self._send(request, session)
        if response.status_code != 404 or request.method == "DELETE" or _SESSION not in request.headers:
            return response
        opening = self._opening
        if opening is None:
            return response
        await response.aclose()
        await self._reopen(opening, session)
        return await self._send(request, self._session)

    async def _reopen(self, opening: httpx2.Request, forgotten: str | None) -> None:
        """Open the session again, unless another request did so meanwhile."""
        async with self._one_opens:
            if self._session != forgotten:
                return
            opened = await self._send(opening, None)
            await opened.aread()
            await opened.aclose()
            session = opened.headers.get(_SESSION)
            if session is None:
                return
            headers = {**opening.headers, _SESSION: session}
            headers.pop("content-length", None)
            told = await self._send(httpx2.Request("POST", opening.url, headers=headers, content=_INITIALIZED), session)
            await told.aclose()
            self._session = session
        await self._on_reopened()

    async def _send(self, request: httpx2.Request, session: str | None) -> httpx2.Response:
        """Send it to where the server is now, in this session."""
        url = httpx2.URL(self._where() or request.url)
        headers = {**request.headers, "host": url.netloc.decode("ascii")}
        if _SESSION in headers and session is not None:
            headers[_SESSION] = session
        sent = httpx2.Request(
            request.method, url, headers=headers, content=request.content, extensions=request.extensions
        )
        return await self._inner.handle_async_request(sent)


def _opens_session(request: httpx2.Request) -> bool:
    if _SESSION in request.headers or MCP_METHOD_HEADER in request.headers or request.method != "POST":
        return False
    return orjson.loads(request.content).get("method") == "initialize"
