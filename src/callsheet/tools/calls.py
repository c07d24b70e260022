"""Calls of one server's tools: whose turn it is, until when, and what a failure means."""

import asyncio
from typing import Final, cast

from mcp import MCPError
from mcp_types import CallToolRequest, CallToolRequestParams, CallToolResult, RequestParamsMeta
from pydantic import TypeAdapter, ValidationError

from callsheet.errors import BadOutput, ServerUnavailable, ToolTimeout
from callsheet.runs.tools import ToolCall, ToolInfo, ToolResult
from callsheet.tools.causes import ConnectFailed, NotRun, Target, call_failure, first_fault
from callsheet.tools.connection import Connection, Session
from callsheet.tools.listing import ListUnusable
from callsheet.tools.results import Results
from callsheet.tools.routing import missing_tool
from callsheet.tools.servers import ServerOptions

IDEMPOTENCY_KEY: Final = "callsheet/idempotencyKey"
ATTEMPT: Final = "callsheet/attempt"

SILENT_TIMEOUTS: Final = 3
"""Timeouts in a row without a byte between them, after which a stdio server counts as hung."""

LIST_AGE: Final = 5.0
"""Seconds for which a tool that is not in the list is not looked for again."""


class ServerCalls:
    """Makes the calls of one server."""

    def __init__(self, connection: Connection, options: ServerOptions) -> None:
        self._connection = connection
        self._options = options
        self._turns = asyncio.Semaphore(options.max_in_flight)
        self._waiting = 0
        self._results = Results(options.output_validation)
        # `session.call_tool` would list the tools first and check results with a backtracking regex engine, so calls go
        # through `send_request`. It could build models from an answer, which would only be taken apart again.
        self._as_it_came = cast("TypeAdapter[CallToolResult]", TypeAdapter(object))
        self._silent_timeouts = 0
        self._last_timeout: tuple[Session, int] | None = None

    async def call(self, call: ToolCall) -> ToolResult:
        """Call a tool. Waiting for a turn, connecting and the one retry all count against the deadline.

        Raises:
            ToolCallFailed: one of its subclasses.
        """
        target = Target(server=self._connection.name, tool=call.tool)
        if self._waiting >= self._options.max_queue and self._turns.locked():
            raise ServerUnavailable(
                f"{self._waiting} calls are waiting for the tool server {target.server!r} already; "
                "its option 'maxQueue' sets the limit.",
                server=target.server,
                tool=target.tool,
            )
        seconds = self._options.call_timeout if call.timeout is None else call.timeout
        sent_in: list[Session] = []
        try:
            async with asyncio.timeout(seconds) as deadline:
                await self._turn()
                try:
                    return await self._call_twice_at_most(call, target, deadline, sent_in)
                finally:
                    self._turns.release()
        except TimeoutError:
            raise self._timed_out(target, seconds, sent_in) from None

    async def _turn(self) -> None:
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1

    async def _call_twice_at_most(
        self, call: ToolCall, target: Target, deadline: asyncio.Timeout, sent_in: list[Session]
    ) -> ToolResult:
        try:
            return await self._call_once(call, target, sent_in)
        except NotRun as first:
            now = asyncio.get_running_loop().time()
            if now + first.again_in >= (deadline.when() or now):
                raise first.failure from first
            await asyncio.sleep(first.again_in)
        try:
            return await self._call_once(call, target, sent_in)
        except NotRun as second:
            raise second.failure from second

    async def _call_once(self, call: ToolCall, target: Target, sent_in: list[Session]) -> ToolResult:
        session = self._connection.current() or await self._connected(target)
        tool = await self._tool(session, target)
        # The TypedDict names one key and lets others pass.
        meta = cast("RequestParamsMeta", {IDEMPOTENCY_KEY: call.idempotency_key, ATTEMPT: call.attempt})
        request = CallToolRequest(params=CallToolRequestParams(name=call.tool, arguments=call.arguments, _meta=meta))
        sent_in.append(session)
        try:
            answer = await session.mcp.send_request(request, self._as_it_came)
        except MCPError as error:
            raise self._failed(error, target, session) from error
        except ValidationError as error:
            raise BadOutput(
                f"What tool {target.tool!r} of the tool server {target.server!r} answered is not MCP: "
                f"{first_fault(error)}.",
                server=target.server,
                tool=target.tool,
            ) from error
        self._connection.answered(session)
        return await self._results.read(answer, tool)

    async def _connected(self, target: Target) -> Session:
        try:
            return await self._connection.session()
        except ConnectFailed as error:
            failure = error.failure(
                f"The tool server {target.server!r} is not available: {error}", server=target.server, tool=target.tool
            )
            if error.again_in is None:
                raise failure from error
            raise NotRun(failure, again_in=error.again_in) from error

    async def _tool(self, session: Session, target: Target) -> ToolInfo:
        listing = session.listing.known()
        if listing is not None and (tool := listing.tools.get(target.tool)) is not None:
            return tool
        try:
            listing = await session.listing.fresh(not_older_than=LIST_AGE)
        except (MCPError, ValidationError, ListUnusable) as error:
            raise ServerUnavailable(
                f"The tool server {target.server!r} does not list its tools: {error}",
                server=target.server,
                tool=target.tool,
            ) from error
        if (tool := listing.tools.get(target.tool)) is not None:
            return tool
        raise missing_tool(target.server, target.tool, listing.tools)

    def _failed(self, error: MCPError, target: Target, session: Session) -> Exception:
        failure = call_failure(error, target, session.link)
        if isinstance(failure, NotRun) and failure.reopen:
            self._connection.lose(session)
        return failure

    def _timed_out(self, target: Target, seconds: float, sent_in: list[Session]) -> ToolTimeout:
        if sent_in:
            self._note_silence(sent_in[-1])
            what = "gave no answer"
        elif self._connection.current() is None:
            what = "could not be called, its server was still being connected,"
        else:
            what = "did not get its turn"
        return ToolTimeout(
            f"Tool {target.tool!r} of the tool server {target.server!r} {what} within {seconds:g} s.",
            server=target.server,
            tool=target.tool,
        )

    def _note_silence(self, session: Session) -> None:
        """End a session whose server stopped altogether, as opposed to one whose tool is slow."""
        received = session.link.received
        if received is None:
            return
        this = (session, received)
        self._silent_timeouts = self._silent_timeouts + 1 if this == self._last_timeout else 1
        self._last_timeout = this
        if self._silent_timeouts >= SILENT_TIMEOUTS:
            self._connection.lose(session)
