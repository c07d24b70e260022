"""The endpoint over standard input and output, for desktop clients; and a bridge to a server that has it already."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final, cast

import anyio
import httpx2
from mcp.client.streamable_http import streamable_http_client
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCNotification, JSONRPCRequest

from callsheet.mcp_endpoint.bridging import Headers
from callsheet.mcp_endpoint.parts import EndpointParts
from callsheet.mcp_endpoint.refusing import AnswersFailures
from callsheet.mcp_endpoint.returning import FindsAgain
from callsheet.mcp_endpoint.server import Endpoint
from callsheet.mcp_endpoint.stdin import StdinLines
from callsheet.mcp_endpoint.wire import Incoming, Outgoing, Unanswered

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


async def bridge(url: str, where: Callable[[], str | None]) -> None:
    """Pass on what comes over standard input to an endpoint, and what that says, until the input ends.

    Args:
        url: of the endpoint.
        where: the same, when its server may have been started again: asked before each request.
    """
    async with AsyncExitStack() as stack:
        lines, out = await stack.enter_async_context(_wire())

        async def reopened() -> None:
            # The server was away: its scenarios may be others. And it tells only who has listed them.
            changed = JSONRPCNotification(jsonrpc="2.0", method="notifications/tools/list_changed")
            await out.send(SessionMessage(changed))

        transport = AnswersFailures(FindsAgain(httpx2.AsyncHTTPTransport(trust_env=False), where, reopened))
        client = await stack.enter_async_context(
            httpx2.AsyncClient(transport=transport, timeout=_TIMEOUT, trust_env=False)
        )
        answers, requests = await stack.enter_async_context(
            streamable_http_client(url, http_client=client, max_sse_event_size=_MAX_EVENT)
        )
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
                await requests.send(SessionMessage(each.message, headers.of(each.message)))
                if isinstance(each.message, JSONRPCRequest) and each.message.method == "initialize":
                    await lines.answered()  # what follows needs its session, and a pipe does not wait for it
            tasks.cancel_scope.cancel()


@asynccontextmanager
async def _wire() -> AsyncGenerator[tuple[Incoming, Outgoing]]:
    """The streams of messages; a signal ends the incoming one. Other output goes to standard error meanwhile."""
    lines, loop, unanswered = StdinLines(), asyncio.get_running_loop(), Unanswered()
    for number in _SIGNALS:
        loop.add_signal_handler(number, lines.end)
    try:
        # The SDK wants a file, and does nothing with it but to go through its lines.
        async with stdio_server(stdin=cast("anyio.AsyncFile[str]", lines)) as (read, write):
            out = Outgoing(write, unanswered)
            yield Incoming(read, unanswered, out), out
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
