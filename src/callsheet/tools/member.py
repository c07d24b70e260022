"""One server of the pool: its lanes, its circuit breaker, and what is known of it."""

import asyncio
from collections.abc import Callable
from typing import Final

from mcp import MCPError
from pydantic import ValidationError

from callsheet.errors import (
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
from callsheet.runs.tools import ToolCall, ToolOutcome, ToolServerState
from callsheet.tools.calls import ServerCalls
from callsheet.tools.causes import ConnectFailed
from callsheet.tools.circuit import CircuitBreaker
from callsheet.tools.connection import Connection, OpenLink
from callsheet.tools.lanes import Lane, Lanes
from callsheet.tools.listing import Listing, ListUnusable
from callsheet.tools.locks import Guard, Lock
from callsheet.tools.rate import Limiter
from callsheet.tools.servers import ServerConfig, StdioServer

LIST_AGE: Final = 1.0
"""Seconds for which a list of tools counts as the present one."""

_FAILURES: Final = (TransportLost, ServerUnavailable, ToolTimeout)
"""What says that the server does not work, as opposed to one of its tools."""


class Member:
    """One server.

    Args:
        server: its configuration.
        open_link: makes links to it.
        transport: what its state shows as its transport.
        jitter: numbers from 0 to 1.
        version: ours.
        lock: what its tools were when somebody looked at them.
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
    ) -> None:
        options = server.options
        limiter = None if options.rate_limit is None else Limiter(options.rate_limit)
        self._guard = Guard(server.name, options.lock, lock)

        def lane() -> Lane:
            connection = Connection(
                server.name,
                open_link,
                connect_timeout=options.connect_timeout,
                allowed=options.tools,
                jitter=jitter,
                version=version,
            )
            return Lane(connection, ServerCalls(connection, options, self._guard, limiter))

        self._server = server
        self._transport = transport
        self._circuit = CircuitBreaker(_monotonic, jitter)
        self._reason = ""
        self._lanes = Lanes(
            lane,
            copies=options.processes if isinstance(server, StdioServer) else 1,
            per_run=options.scope == "run",
            most=options.max_in_flight,
            unused=options.held_for,
        )

    async def call(self, call: ToolCall) -> ToolOutcome:
        """Make a call, unless the circuit is open.

        Raises:
            ToolCallFailed: see `callsheet.runs.tools.Tools`.
        """
        if not self._circuit.admits():
            raise self._open(call)
        try:
            outcome = await (await self._lane(call)).calls.call(call)
        except ToolCallFailed as exc:
            self._note(exc)
            raise
        except BaseException:
            self._circuit.abandoned()
            raise
        self._circuit.succeeded()
        return outcome

    def release(self, run_id: RunId) -> None:
        """Let go of what is held for a run."""
        self._lanes.release(run_id)

    async def close(self) -> None:
        """End every connection."""
        await self._lanes.close()

    def state(self) -> ToolServerState:
        """What is known of the server."""
        lanes = self._lanes.all
        connection = self._lanes.first.connection
        pause = max(self._circuit.retry_in, connection.retry_in)
        circuit = "open" if pause > 0 else self._circuit.state
        return ToolServerState(
            name=self._server.name,
            transport=self._transport(),
            connected=any(lane.connection.current() is not None for lane in lanes),
            protocol=next((lane.connection.protocol for lane in lanes if lane.connection.protocol), None),
            error=connection.error or (self._reason if circuit != "closed" else None),
            circuit=circuit,
            retry_in=pause if pause > 0 else None,
            needs_auth=connection.needs_auth,
            lock=self._server.options.lock,
            in_flight=sum(lane.calls.in_flight for lane in lanes),
            waiting=sum(lane.calls.waiting for lane in lanes),
        )

    def known(self) -> Listing | str | None:
        """The tools, or why the last attempt to reach them failed; None when the server has to be asked."""
        connection = self._lanes.first.connection
        session = connection.current()
        return connection.error if session is None else session.listing.known()

    async def listing(self) -> Listing | str:
        """The tools as they are now, or why there are none."""
        try:
            session = await self._lanes.first.connection.session()
            return await session.listing.fresh(not_older_than=LIST_AGE)
        except (ConnectFailed, ListUnusable, MCPError, ValidationError) as error:
            return str(error)

    async def drifts(self, listing: Listing) -> tuple[Drift, ...]:
        """What of the listing is not as it was locked."""
        return await self._guard.drifts(listing.tools.values())

    def refused(self, tool: str) -> tuple[Drift, ...]:
        """The tool, when it would be refused and that is known."""
        listing = self.known() if self._server.options.lock == "strict" else None
        found = listing.tools.get(tool) if isinstance(listing, Listing) else None
        return () if found is None else self._guard.refused([found])

    async def _lane(self, call: ToolCall) -> Lane:
        seconds = self._server.options.call_timeout if call.timeout is None else call.timeout
        try:
            async with asyncio.timeout(seconds):
                return await self._lanes.lane(call.run_id)
        except TimeoutError:
            raise ToolTimeout(
                f"Tool {call.tool!r} of the tool server {self._server.name!r} did not get a connection of its own "
                f"within {seconds:g} s: {self._server.options.max_in_flight} runs have one (the option 'maxInFlight').",
                server=self._server.name,
                tool=call.tool,
            ) from None

    def _note(self, failure: ToolCallFailed) -> None:
        self._lanes.first.connection.needs_auth = isinstance(failure, AuthRequired)
        if isinstance(failure, AuthRequired | RateLimited | ToolMissing):
            self._circuit.abandoned()
        elif isinstance(failure, _FAILURES):
            self._reason = failure.message
            self._circuit.failed()
        else:
            self._circuit.succeeded()

    def _open(self, call: ToolCall) -> ServerUnavailable:
        return ServerUnavailable(
            f"The tool server {self._server.name!r} is not called now: its calls fail, and the next attempt is due in "
            f"{self._circuit.retry_in:.1f} s; the last failure: {self._reason}",
            server=self._server.name,
            tool=call.tool,
        )


def _monotonic() -> float:
    return asyncio.get_running_loop().time()
