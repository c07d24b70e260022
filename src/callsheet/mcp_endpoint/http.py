"""The endpoint over streamable HTTP: an ASGI app for one path of somebody else's."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from callsheet.mcp_endpoint.callers import ASKING, in_scope, sdk_user
from callsheet.mcp_endpoint.clients import GONE
from callsheet.mcp_endpoint.parts import EndpointParts
from callsheet.mcp_endpoint.server import Endpoint

Message: TypeAlias = MutableMapping[str, Any]
AsgiApp: TypeAlias = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
"""An app as ASGI 3 has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpEndpoint:
    """The endpoint at work.

    Attributes:
        app: serves every request to the endpoint's path; hosts, origins and bodies must have been checked before.
        look: to be called when a scenario was saved.
        stop: to be called when the service begins to stop.
    """

    app: AsgiApp
    look: Callable[[], None]
    stop: Callable[[], None]


@asynccontextmanager
async def open_endpoint(parts: EndpointParts) -> AsyncGenerator[HttpEndpoint]:
    """The endpoint, for as long as the block lasts; must be left by the task that entered it."""
    endpoint, options = Endpoint(parts), parts.options
    sessions = StreamableHTTPSessionManager(
        endpoint.server,
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # checked before
        max_request_body_size=options.max_body,
        session_idle_timeout=options.session_idle,
        max_sessions=options.max_sessions,
    )
    await endpoint.prepare()
    watching = asyncio.create_task(endpoint.changes.watch())
    try:
        async with sessions.run():
            app = _Tidy(StreamableHTTPASGIApp(sessions))
            yield HttpEndpoint(app=app, look=endpoint.changes.look, stop=endpoint.stop)
    finally:
        endpoint.stop()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


class _Tidy:
    """What the SDK leaves to others: spaces around the values of headers (RFC 9110, section 5.5), ends of streams.

    When the service stops, the SDK just lets go of the streams that it has begun. And a call of the `initialize` era
    does not hear that the stream for its result has ended, as the client went away.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Handle one request."""
        is_open = False

        async def watched(message: Message) -> None:
            nonlocal is_open
            is_open = message["type"] == "http.response.start" or message.get("more_body", False)
            await send(message)

        headers = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        gone, caller = asyncio.Event(), in_scope(scope)
        token = ASKING.set(caller)
        try:
            known = {"headers": headers, GONE: gone, "user": sdk_user(caller)}
            await self._app({**scope, **known}, receive, watched)
        finally:
            ASKING.reset(token)
            gone.set()
        if is_open:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
