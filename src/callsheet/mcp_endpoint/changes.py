"""Telling clients that the list of tools is another one: `notifications/tools/list_changed`, in both eras."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from loguru import logger
from mcp.server.context import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import ServerEvent, ToolsListChanged
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from callsheet.errors.kinds import CallsheetError
from callsheet.mcp_endpoint.offers import Fingerprint, Offers


class Changes:
    """Looks at the catalog while somebody listens; the `SubscriptionBus` of the SDK's `ListenHandler`.

    Args:
        offers: what is looked at.
        interval: seconds between looks.
        patience: seconds for a session to take the news; one that does not gets none any more.
    """

    def __init__(self, offers: Offers, interval: float, patience: float) -> None:
        self._offers = offers
        self._interval = interval
        self._patience = patience
        self._listeners: dict[object, Callable[[ServerEvent], None]] = {}
        self._sessions: dict[object, ServerSession] = {}
        self._wake = asyncio.Event()
        self._known: Fingerprint | None = None

    def look(self) -> None:
        """Look at once: something was saved."""
        self._wake.set()

    def listed_by(self, context: ServerRequestContext[Any, Any], listed: Fingerprint) -> None:
        """A client got this list; one of the `initialize` era is told of changes from now on."""
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return
        session = context.session
        connection = session._connection  # pyright: ignore[reportPrivateUsage]: the SDK shows handlers no connection
        if connection not in self._sessions:
            self._sessions[connection] = session
            if self._known is None:
                self._known = listed
            connection.exit_stack.callback(self._sessions.pop, connection, None)
            self._wake.set()

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """See `mcp.server.subscriptions.SubscriptionBus`."""
        token = object()
        self._listeners[token] = listener
        self._wake.set()
        return lambda: _forget(self._listeners, token)

    async def publish(self, event: ServerEvent) -> None:
        """See `mcp.server.subscriptions.SubscriptionBus`."""
        for listener in list(self._listeners.values()):
            listener(event)

    async def watch(self) -> None:
        """Look at the catalog, again and again; until it is cancelled."""
        while True:
            await self._pause()
            try:
                await self._offers.all()
            except CallsheetError as error:
                logger.warning("The catalog could not be looked at: {}", error.message)
                continue
            found = self._offers.fingerprint
            changed = self._known is not None and found != self._known
            self._known = found
            if changed:
                await self._tell()

    async def _pause(self) -> None:
        """Wait for the next look: for the interval while somebody listens, else until somebody does."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._interval if self._listeners or self._sessions else None):
                await self._wake.wait()
        self._wake.clear()

    async def _tell(self) -> None:
        await self.publish(ToolsListChanged())
        for connection, session in list(self._sessions.items()):
            try:
                async with asyncio.timeout(self._patience):
                    await session.send_tool_list_changed()
            except Exception as error:  # noqa: BLE001 - one session, broken or not read, must not keep the others from hearing
                logger.debug("A session was not told of the change: {}", error)
                self._sessions.pop(connection, None)


def _forget(listeners: dict[object, Callable[[ServerEvent], None]], token: object) -> None:
    listeners.pop(token, None)
