"""The endpoint over standard input and output, for desktop clients; and a bridge to a server that has it already."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, cast

import anyio
import httpx2
from mcp.client.streamable_http import streamable_http_client
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

from callsheet.mcp_endpoint.bridging import Headers
from callsheet.mcp_endpoint.parts import EndpointParts
from callsheet.mcp_endpoint.refusing import AnswersFailures
from callsheet.mcp_endpoint.server import Endpoint
from callsheet.mcp_endpoint.stdin import StdinLines

_TIMEOUT: Final = httpx2.Timeout(30.0, read=120.0)
"""Seconds; a stream that is alive says something every 15."""

_MAX_EVENT: Final = 64 * 1024 * 1024
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


async def serve_stdio(parts: EndpointParts) -> None:
    """Serve one client until standard input ends, or a signal ends it. Runs at work are left to whoever drains them."""
    endpoint = Endpoint(parts)
    await endpoint.prepare()
    watching = asyncio.create_task(endpoint.changes.watch())
    try:
        async with _wire() as (read, write):
            await endpoint.server.run(read, write, endpoint.server.create_initialization_options())
    finally:
        endpoint.stop()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def bridge(url: str) -> None:
    """Pass on what comes over standard input to the endpoint at `url`, and what that says, until the input ends."""
    transport = AnswersFailures(httpx2.AsyncHTTPTransport(trust_env=False))
    async with (
        httpx2.AsyncClient(transport=transport, timeout=_TIMEOUT, trust_env=False) as client,
        _wire() as (lines, out),
        streamable_http_client(url, http_client=client, max_sse_event_size=_MAX_EVENT) as (answers, requests),
    ):
        headers = Headers()

        async def back() -> None:
            async for each in answers:
                if isinstance(each, SessionMessage):
                    headers.learn(each.message)
                    await out.send(each)

        # Standard output has to be closed here: the SDK goes on writing until it is.
        async with out, anyio.create_task_group() as tasks:
            tasks.start_soon(back)
            async for each in lines:
                if isinstance(each, SessionMessage):
                    await requests.send(SessionMessage(each.message, headers.of(each.message)))
            tasks.cancel_scope.cancel()


@asynccontextmanager
async def _wire() -> AsyncGenerator[tuple[Any, Any]]:
    """The streams of messages; a signal ends the incoming one. Other output goes to standard error meanwhile."""
    lines, loop = StdinLines(), asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, lines.end)
    try:
        # The SDK wants a file, and does nothing with it but to go through its lines.
        async with stdio_server(stdin=cast("anyio.AsyncFile[str]", lines)) as streams:
            yield streams
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
