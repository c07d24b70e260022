"""One server of the pool: its lanes, its circuit breaker, and what is known of it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from mcp import MCPError
from pydantic import ValidationError

from callsheet.errors.tools import (
    AuthRequired,
    RateLimited,
    ServerUnavailable,
    ToolCallFailed,
    ToolMissing,
    ToolTimeout,
    TransportLost,
)
from callsheet.lint.drift import Drift
from callsheet.runs.events import RunId
from callsheet.runs.permits import Permits
from callsheet.runs.tools import ToolCall, ToolDescription, ToolOutcome, ToolServerState
from callsheet.tools.calls.admission import NoTurn, QueueFull
from callsheet.tools.calls.continuations import InputContinuation, read
from callsheet.tools.calls.server_calls import ServerCalls
from callsheet.tools.circuit import CircuitBreaker, Permit
from callsheet.tools.deadlines import since
from callsheet.tools.lanes import Lane, Lanes
from callsheet.tools.locks import Guard, Lock
from callsheet.tools.rate import Limiter
from callsheet.tools.redaction import Known, Redaction
from callsheet.tools.routing import missing_tool
from callsheet.tools.servers import ServerConfig, StdioServer
from callsheet.tools.session.causes import ConnectFailed, session_is_over
from callsheet.tools.session.connection import Connection, OpenLink
from callsheet.tools.session.listing import Listing, ListUnusable, LiveListing
from callsheet.tools.share import Share

LIST_AGE: Final = 1.0
"""Seconds for which a list of tools counts as the present one."""

_FAILURES: Final = (TransportLost, ServerUnavailable, ToolTimeout)
"""What says that the server does not work, as opposed to one of its tools."""

_NOTHING_SAID: Final = (AuthRequired, RateLimited, ToolMissing, QueueFull, NoTurn)
"""What says neither that it works nor that it does not."""


class Member:
    """One server.

    Args:
        server: its configuration.
        open_link: makes links to it.
        transport: what its state shows as its transport.
        jitter: numbers from 0 to 1.
        version: ours.
        lock: what its tools were when somebody looked at them.
        permits: counts the calls of all processes, where they have a limit.
        known: gives the redactor of all secrets, for what the server says.

    Attributes:
        scenarios: those that may call it.
    """

    def __init__(
        self,
        server: ServerConfig,
        *,
        open_link: OpenLink,
        transport: Callable[[], str],
        jitter: Callable[[], float],
        version: str,
        lock: Lock,
        permits: Permits | None = None,
        known: Known | None = None,
    ) -> None:
        options = server.options
        share = self._share = _share(server, permits)
        limiter = self._limiter = None if options.rate_limit is None else Limiter(options.rate_limit)
        self._redaction = Redaction(server.secrets, known)
        self._guard = Guard(server.name, options.lock, lock)

        def lane() -> Lane:
            connection = Connection(
                server.name,
                open_link,
                connect_timeout=options.connect_timeout,
                allowed=options.tools,
                jitter=jitter,
                version=version,
                redaction=self._redaction,
            )
            return Lane(connection, ServerCalls(connection, options, self._guard, limiter, share))

        self.name = server.name
        self.scenarios = options.scenarios
        self._server = server
        self._per_run = options.scope == "run"
        self._transport = transport
        self._circuit = CircuitBreaker(_monotonic, jitter)
        self._reason = ""
        self._needs_auth = False
        self._last_seen: datetime | None = None
        self._last_listing: LiveListing | None = None
        self._lanes = Lanes(
            lane,
            copies=options.processes if isinstance(server, StdioServer) else 1,
            per_run=self._per_run,
            most=options.max_in_flight,
            unused=options.held_for,
        )

    async def call(self, call: ToolCall) -> ToolOutcome:
        """Make a call, unless the circuit is open. One that is at work there already is waited for in any case.

        Raises:
            ToolCallFailed: see `callsheet.runs.tools.Tools`.
        """
        try:
            return await self._call(self._redaction.call(call))
        except ToolCallFailed as exc:
            await self._redaction.clean(exc)
            raise

    async def _call(self, call: ToolCall) -> ToolOutcome:
        begins = _begins(call)
        if begins and self._circuit.retry_in > 0:
            raise self._open(call)
        lane, call = await self._lane(call, begins=begins)
        try:
            outcome = await (self._begin(lane, call) if begins else lane.calls.call(call))
        except BaseException:
            self._lanes.leave(lane, call, None)
            raise
        self._lanes.leave(lane, call, outcome)
        self._works()
        return await self._redaction.outcome(outcome)

    def holds(self, run_id: RunId) -> bool:
        """Whether something is held open for a run."""
        return self._lanes.holds(run_id)

    def release(self, run_id: RunId) -> None:
        """Let go of what is held for a run."""
        self._lanes.release(run_id)

    async def close(self) -> None:
        """End every connection."""
        await self._lanes.close()
        if self._limiter is not None:  # it serves all lanes, also when that of a run is closed
            self._limiter.end()
        if self._share is not None:
            await self._share.close()

    def state(self) -> ToolServerState:
        """What is known of the server."""
        lanes = self._lanes.all
        pause = max(self._circuit.retry_in, self._pause())
        circuit = "open" if pause > 0 else self._circuit.state
        # Without a connection that all share, the last call is all that is known.
        reason = self._reason if circuit != "closed" or self._per_run else ""
        error = next((lane.connection.error for lane in lanes if lane.connection.error), None) or reason
        return ToolServerState(
            name=self._server.name,
            transport=self._transport(),
            connected=any(lane.connection.current() is not None for lane in lanes),
            protocol=next((lane.connection.protocol for lane in lanes if lane.connection.protocol), None),
            last_seen=self._last_seen,
            error=self._redaction.text(error) or None,
            circuit=circuit,
            retry_in=pause if pause > 0 else None,
            needs_auth=self._needs_auth or any(lane.connection.needs_auth for lane in lanes),
            lock=self._server.options.lock,
            in_flight=sum(lane.calls.in_flight for lane in lanes),
            waiting=self._lanes.waiting + sum(lane.calls.waiting for lane in lanes),
        )

    def known(self) -> Listing | str | None:
        """The tools, or why the last attempt to reach them failed; None when the server has to be asked."""
        connection = self._lanes.first.connection
        session = connection.current()
        if session is not None:
            return session.listing.known()
        return None if connection.error is None else self._redaction.text(connection.error)

    async def listing(self) -> Listing | str:
        """The tools as they are now, or why there are none."""
        try:
            listing = await self._listed()
        except (ConnectFailed, ListUnusable, MCPError, ValidationError) as error:
            return self._redaction.text(str(error))
        self._last_seen = datetime.now(UTC)
        return listing

    async def recent(self) -> Listing | str:
        """The tools as the server listed them last, unless that is over; a lost connection ends it no earlier."""
        session = self._lanes.first.connection.current()
        if session is not None:
            self._last_listing = session.listing
            return session.listing.known() or await self.listing()
        kept = None if self._last_listing is None else self._last_listing.kept()
        return kept or await self.listing()

    async def _listed(self) -> Listing:
        connection = self._lanes.first.connection
        session = await connection.session()
        self._last_listing = session.listing
        try:
            return await session.listing.fresh(not_older_than=LIST_AGE)
        except MCPError as error:
            if not session_is_over(error, session.link):
                raise
            connection.lose(session)
        session = await connection.session()
        self._last_listing = session.listing
        return await session.listing.fresh(not_older_than=LIST_AGE)

    async def describe(self, name: str) -> ToolDescription:
        """One tool as it is now, and as it was locked.

        Raises:
            ToolMissing: there is no such tool.
            ServerUnavailable: the server cannot be asked.
        """
        listing = await self.listing()
        if isinstance(listing, str):
            raise ServerUnavailable(listing, server=self._server.name, tool=name)
        tool = listing.tools.get(name)
        if tool is None:
            raise missing_tool(self._server.name, name, listing.tools)
        drifts = await self._guard.drifts(listing.tools.values())
        return ToolDescription(
            tool=tool,
            locked=await self._guard.locked(name),
            drift=next((drift for drift in drifts if drift.tool == name), None),
        )

    async def drifts(self, listing: Listing) -> tuple[Drift, ...]:
        """What of the listing is not as it was locked."""
        return await self._guard.drifts(listing.tools.values())

    def refused(self, tool: str) -> tuple[Drift, ...]:
        """The tool, when it would be refused and that is known."""
        listing = self.known() if self._server.options.lock == "strict" else None
        found = listing.tools.get(tool) if isinstance(listing, Listing) else None
        return () if found is None else self._guard.refused([found])

    async def _lane(self, call: ToolCall, *, begins: bool) -> tuple[Lane, ToolCall]:
        """The lane of a call, and the call with what the wait for it left of its time."""
        if (ready := self._lanes.take_ready(call)) is not None:
            return ready, call
        own = self._server.options.call_timeout if begins else None
        seconds = own if call.timeout is None else call.timeout
        began = _monotonic()
        try:
            async with asyncio.timeout(seconds):
                lane = await self._lanes.take(call)
        except TimeoutError:
            raise NoTurn(
                f"Tool {call.tool!r} of the tool server {self._server.name!r} did not get a connection of its own "
                f"within {seconds:g} s: {self._server.options.max_in_flight} are in use (the option 'maxInFlight').",
                server=self._server.name,
                tool=call.tool,
            ) from None
        return lane, since(call, seconds, began)

    async def _begin(self, lane: Lane, call: ToolCall) -> ToolOutcome:
        permit = self._circuit.admit()
        if permit is None:
            raise self._open(call)
        try:
            return await lane.calls.call(call)
        except ToolCallFailed as exc:
            self._note(exc, permit)
            raise
        except BaseException:
            self._circuit.abandoned(permit)
            raise

    def _works(self) -> None:
        self._circuit.succeeded()
        self._needs_auth, self._reason, self._last_seen = False, "", datetime.now(UTC)

    def _note(self, failure: ToolCallFailed, permit: Permit) -> None:
        if isinstance(failure, AuthRequired):
            self._needs_auth, self._reason = True, failure.message
        if isinstance(failure, _NOTHING_SAID):
            self._circuit.abandoned(permit)
        elif isinstance(failure, _FAILURES):
            self._reason = failure.message
            self._circuit.failed(permit)
        else:
            self._works()

    def _pause(self) -> float:
        """Seconds until a connection may be tried again that serves all runs; 0 when one is there, or there is none."""
        return 0.0 if self._per_run else min(lane.connection.retry_in for lane in self._lanes.shared)

    def _open(self, call: ToolCall) -> ServerUnavailable:
        pause = self._circuit.retry_in
        when = (
            f"the next attempt is due in {pause:.1f} s" if pause > 0 else "another call is finding out if they still do"
        )
        return ServerUnavailable(
            f"The tool server {self._server.name!r} is not called now: its calls fail, and {when}; "
            f"the last failure: {self._reason}",
            server=self._server.name,
            tool=call.tool,
        )


def _share(server: ServerConfig, permits: Permits | None) -> Share | None:
    total = server.options.total_in_flight
    if total is None:
        return None
    if permits is None:
        raise ValueError(f"The tool server {server.name!r} has the option 'totalInFlight', and nobody counts permits.")
    return Share(permits, server.name, total)


def _begins(call: ToolCall) -> bool:
    """Whether the server is called, as opposed to waited for: a held call and a task are at work there already."""
    if call.continuation is None:
        return True
    try:
        return isinstance(read(call.continuation), InputContinuation)
    except ValueError:
        return True


def _monotonic() -> float:
    return asyncio.get_running_loop().time()
