"""One supervised connection to one tool server: opened by the first call, opened again after it was lost.

The SDK's contexts are bound to the task that entered them, so each session has an *owner task*, which enters and leaves
them and does nothing else. Callers wait for an attempt together; one that is cancelled leaves it to the others.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from mcp import Client, MCPError
from mcp.client import ClientSession, IncomingMessage, advertise
from mcp.client.session import MessageHandlerFnT
from mcp_types import EmptyResult, Implementation, SetLevelRequest, SetLevelRequestParams, ToolListChangedNotification
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pydantic import ValidationError

from callsheet.errors.tools import AuthRequired, ServerUnavailable
from callsheet.tools.link import Link
from callsheet.tools.redaction import Redaction
from callsheet.tools.session.causes import ConnectFailed, Unreached, connect_failure
from callsheet.tools.session.in_flight import InFlight
from callsheet.tools.session.listing import Listing, ListUnusable, LiveListing, read_listing
from callsheet.tools.session.tasks import EXTENSION as TASKS

CLIENT_NAME: Final = "callsheet"
BACKOFF_FIRST: Final = 0.2
BACKOFF_LONGEST: Final = 30.0
LOG_LEVEL: Final = "info"
"""Of what servers log during calls; `debug` would flood every journal."""

SIGN_IN_PAUSE: Final = 2.0
"""Seconds between attempts to connect to a server that somebody has to sign in to."""

CLOSE_SECONDS: Final = 8.0
"""A little more than what a stdio server needs that ignores both the end of its stdin and SIGTERM."""

OpenLink = Callable[[Callable[[], None]], Link]
"""Makes a fresh, unopened link; its argument is called once the server can answer no more."""


@dataclass(slots=True, eq=False, kw_only=True)
class Session:
    """One open session, usable from any task until it is lost."""

    protocol: str
    mcp: ClientSession
    link: Link
    listing: LiveListing
    in_flight: InFlight
    answered: bool = False
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_legacy(self) -> bool:
        """Whether the server speaks a revision of the `initialize` era."""
        return self.protocol in HANDSHAKE_PROTOCOL_VERSIONS


class _Attempt:
    """The opening of a session: a future that all its waiters share, and the task that owns what comes of it."""

    def __init__(self) -> None:
        self.ready: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self.stop = asyncio.Event()
        self.owner: asyncio.Task[None] | None = None

    def fail(self, error: ConnectFailed) -> None:
        if not self.ready.done():
            self.ready.set_exception(error)
            self.ready.exception()  # seen, even when every waiter has left


class Connection:
    """The connection to one server. `jitter` gives numbers from 0 to 1.

    Args:
        allowed: the only tools that are listed; None means all.
        version: ours, told to the server.
        redaction: takes the server's secrets out of what it says.
    """

    def __init__(
        self,
        name: str,
        open_link: OpenLink,
        *,
        connect_timeout: float,
        allowed: frozenset[str] | None,
        jitter: Callable[[], float],
        version: str,
        redaction: Redaction,
    ) -> None:
        self.name = name
        self.error: str | None = None
        self.needs_auth = False
        self.protocol: str | None = None
        self._open_link = open_link
        self._connect_timeout = connect_timeout
        self._allowed = allowed
        self._jitter = jitter
        self._version = version
        self._redaction = redaction
        self._session: Session | None = None
        self._attempt: _Attempt | None = None
        self._owners: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._failure: Unreached = ServerUnavailable
        self._next_attempt = 0.0
        self._closed = False

    def current(self) -> Session | None:
        """The open session, if there is one."""
        return self._session

    async def session(self) -> Session:
        """The open session, or the one that comes of connecting now.

        Raises:
            ConnectFailed: the attempt failed, or the last one did so just now.
        """
        if self._session is not None:
            return self._session
        if self._closed:
            raise ConnectFailed("the pool of tool servers is closed")
        if self._attempt is None:
            if (pause := self._pause()) > 0:
                raise ConnectFailed(
                    f"the next attempt is due in {pause:.1f} s; the last one failed: {self.error}",
                    failure=self._failure,
                )
            self._attempt = self._start()
        return await asyncio.shield(self._attempt.ready)

    def answered(self, session: Session) -> None:
        """The server answered a call: it works."""
        session.answered = True
        self._failures = 0

    def lose(self, session: Session) -> None:
        """Let go of `session`; calls in it fail, and the next one opens another. Harmless when it is lost already."""
        session.stop.set()
        if self._session is not session:
            return
        self._session = None
        if not session.answered:
            # One crash at the first call may be that call's fault; a second in a row is the server's.
            self._failures += 1
            if self._failures > 1:
                self.error = f"it ended again before it answered a call.{session.link.epitaph()}"
                self._failure = ServerUnavailable
                self._back_off()

    async def close(self) -> None:
        """End the session and the server, within `CLOSE_SECONDS`."""
        self._closed = True
        if self._session is not None:
            self._session.stop.set()
        self._session = None
        if self._attempt is not None and self._attempt.owner is not None:
            self._attempt.fail(ConnectFailed("the pool of tool servers was closed"))
            self._attempt.owner.cancel()
        if not self._owners:
            return
        _, late = await asyncio.wait(self._owners, timeout=CLOSE_SECONDS)
        for owner in late:
            owner.cancel()
        if late:
            await asyncio.wait(late, timeout=CLOSE_SECONDS)

    @property
    def retry_in(self) -> float:
        """Seconds until the next attempt to connect is due; 0 when it is, or the server is connected."""
        return 0.0 if self._session is not None or self.error is None else max(0.0, self._pause())

    def _pause(self) -> float:
        return self._next_attempt - asyncio.get_running_loop().time()

    def _back_off(self) -> float:
        longest = min(BACKOFF_LONGEST, BACKOFF_FIRST * 2 ** min(self._failures - 1, 16))
        delay = longest * (0.5 + self._jitter() / 2)
        self._next_attempt = asyncio.get_running_loop().time() + delay
        return delay

    def _start(self) -> _Attempt:
        attempt = _Attempt()
        # In a context of its own: a session outlives the call that opens it, and is on nobody's account.
        attempt.owner = asyncio.create_task(
            self._own(attempt), name=f"tool server {self.name}", context=contextvars.Context()
        )
        self._owners.add(attempt.owner)
        attempt.owner.add_done_callback(self._owners.discard)
        late = asyncio.get_running_loop().call_later(self._connect_timeout, self._expire, attempt)
        attempt.ready.add_done_callback(lambda _: late.cancel())
        return attempt

    def _expire(self, attempt: _Attempt) -> None:
        # Told at once: ending a server that hangs can take seconds more.
        self._failed(attempt, ConnectFailed(f"it did not finish the handshake within {self._connect_timeout:g} s"))
        if attempt.owner is not None:
            attempt.owner.cancel()

    async def _own(self, attempt: _Attempt) -> None:
        """Enter and leave the SDK's contexts in this one task; nothing else ever runs here."""
        link: Link | None = self._open_link(partial(self._link_lost, attempt))
        failure: ConnectFailed | None = None
        try:
            while link is not None:
                link, failure = await self._live(attempt, link, failure)
        finally:
            self._failed(attempt, ConnectFailed("connecting was given up"))

    async def _live(
        self, attempt: _Attempt, link: Link, earlier: ConnectFailed | None
    ) -> tuple[Link | None, ConnectFailed | None]:
        """Have a session over `link` until it ends; another link to try when it could not be opened, and why."""
        session: Session | None = None
        try:
            async with AsyncExitStack() as stack:
                session = await self._open(stack, link, attempt.stop)
                self._opened(attempt, session)
                await attempt.stop.wait()
        except Exception as error:  # noqa: BLE001 - the SDK raises what its transports raise, nested in groups
            # What the first link met tells more than what became of the last resort.
            failure = earlier or connect_failure(error, link)
            other = None if attempt.ready.done() else link.instead()
            if other is None:
                self._failed(attempt, failure)
            return other, failure
        finally:
            if session is not None:
                self.lose(session)
        return None, None

    async def _open(self, stack: AsyncExitStack, link: Link, stop: asyncio.Event) -> Session:
        listing: LiveListing | None = None

        async def on_message(message: IncomingMessage) -> None:
            if listing is not None and isinstance(message, ToolListChangedNotification):
                listing.mark_changed()

        in_flight = InFlight(self.name, self._redaction)
        client = await stack.enter_async_context(self._client(link, in_flight, on_message))
        mcp = client.session
        await _ask_for_logs(mcp)
        listing = LiveListing(await self._list(mcp), partial(self._list, mcp), asyncio.get_running_loop().time)
        stack.push_async_callback(listing.close)
        return Session(
            protocol=client.protocol_version,
            mcp=mcp,
            link=link,
            listing=listing,
            in_flight=in_flight,
            stop=stop,
        )

    def _client(self, link: Link, in_flight: InFlight, on_message: MessageHandlerFnT) -> Client:
        # The callbacks are always there: servers leave out tools whose questions nobody would answer.
        return Client(
            link,
            cache=None,
            client_info=Implementation(name=CLIENT_NAME, version=self._version),
            message_handler=on_message,
            logging_callback=in_flight.on_log,
            log_level=LOG_LEVEL,
            elicitation_callback=in_flight.on_elicit,
            extensions=[advertise(TASKS)],
            mode="auto",
        )

    async def _list(self, mcp: ClientSession) -> Listing:
        try:
            async with asyncio.timeout(self._connect_timeout):
                listing = await read_listing(mcp, self.name, self._allowed)
        except TimeoutError:
            raise ListUnusable(f"it did not list its tools within {self._connect_timeout:g} s") from None
        tools = map(self._redaction.tool, listing.tools.values())
        return replace(listing, tools={tool.name: tool for tool in tools})

    def _opened(self, attempt: _Attempt, session: Session) -> None:
        if attempt.ready.done():  # expired in this very moment
            session.stop.set()
            return
        self._attempt, self._session = None, session
        self.error, self.protocol, self.needs_auth = None, session.protocol, False
        attempt.ready.set_result(session)

    def _failed(self, attempt: _Attempt, error: ConnectFailed) -> None:
        if attempt.ready.done():
            return
        self._attempt = None
        self._failures += 1
        self.error, self.needs_auth = str(error), error.failure is AuthRequired
        self._failure = error.failure
        delay = self._back_off()
        if self.needs_auth:  # somebody may sign in at any moment, and need not wait for long then
            self._next_attempt = min(self._next_attempt, asyncio.get_running_loop().time() + SIGN_IN_PAUSE)
        attempt.fail(error.after(delay))

    def _link_lost(self, attempt: _Attempt) -> None:
        attempt.stop.set()
        if self._session is not None and self._session.stop is attempt.stop:
            self.lose(self._session)


async def _ask_for_logs(mcp: ClientSession) -> None:
    """Ask a server of the `initialize` era for its log; later ones are asked with every request."""
    known = mcp.initialize_result
    if known is None or known.capabilities.logging is None:
        return
    # It works without; a server that breaks here says so at the first call.
    with contextlib.suppress(MCPError, ValidationError):
        params = SetLevelRequestParams(level=LOG_LEVEL)
        await mcp.send_request(SetLevelRequest(params=params), EmptyResult)
