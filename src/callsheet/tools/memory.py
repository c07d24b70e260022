"""The `Tools` port without servers: tools are functions of this process. For tests of scenarios and for benches."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from callsheet.access.patterns import ALL
from callsheet.errors.tools import ToolCallFailed, ToolFailed, ToolTimeout
from callsheet.lint.drift import Drift
from callsheet.lint.signatures import Use
from callsheet.runs.events import RunId
from callsheet.runs.tools import (
    InputRequired,
    TaskCreated,
    ToolCall,
    ToolDescription,
    ToolInfo,
    ToolListing,
    ToolOutcome,
    ToolResult,
    ToolServerState,
)
from callsheet.scenario.json import Json
from callsheet.tools.routing import missing_tool, only_server, require_allowed, unknown_server

MemoryTool: TypeAlias = Callable[[ToolCall], Awaitable[Json | ToolOutcome]]
"""A tool: what it returns is the `structuredContent` of its result, unless it is a whole `ToolOutcome`."""


class MemoryTools:
    """Tools by server and name.

    ```python
    async def echo(call: ToolCall) -> Json:
        return call.arguments

    tools = MemoryTools({"test": {"echo": echo}})
    ```

    A function fails by raising a `ToolCallFailed`; any other exception becomes a `ToolFailed`. A tool's description is
    its function's docstring, and its input schema takes any object.
    """

    def __init__(self, servers: Mapping[str, Mapping[str, MemoryTool]]) -> None:
        self._servers = servers
        self._last_seen: dict[str, datetime] = {}
        self.released: list[RunId] = []
        self.held: set[RunId] = set()

    async def call(self, call: ToolCall) -> ToolOutcome:
        """See `callsheet.runs.tools.Tools`."""
        server, tool = self._find(call)
        require_allowed(call, server, ALL)
        try:
            async with asyncio.timeout(call.timeout):
                result = await _run(tool, call, server)
        except ToolFailed:
            self._last_seen[server] = datetime.now(UTC)
            raise
        except TimeoutError:
            raise ToolTimeout(
                f"Tool {call.tool!r} of {server!r} gave no answer within {call.timeout} s.",
                server=server,
                tool=call.tool,
            ) from None
        self._last_seen[server] = datetime.now(UTC)
        if isinstance(result, ToolResult | InputRequired | TaskCreated):
            return result
        return ToolResult(structured=result, has_structured=True)

    async def list(self) -> ToolListing:
        """See `callsheet.runs.tools.Tools`."""
        tools = [
            ToolInfo(server=server, name=name, description=tool.__doc__ or "", input_schema={"type": "object"})
            for server, members in self._servers.items()
            for name, tool in members.items()
        ]
        return ToolListing(tools=tuple(tools), unavailable={})

    async def recent(self) -> ToolListing:
        """See `callsheet.runs.tools.Tools`: nobody has to be asked here."""
        return await self.list()

    async def describe(self, server: str, tool: str) -> ToolDescription:
        """See `callsheet.runs.tools.Tools`: nothing is locked here."""
        if server not in self._servers:
            raise unknown_server(server, tool, self._servers)
        offered = {each.name: each for each in (await self.list()).tools if each.server == server}
        if tool not in offered:
            raise missing_tool(server, tool, offered)
        return ToolDescription(tool=offered[tool])

    def servers(self) -> Sequence[ToolServerState]:
        """See `callsheet.runs.tools.Tools`."""
        return [
            ToolServerState(name=name, transport="memory", connected=True, last_seen=self._last_seen.get(name))
            for name in self._servers
        ]

    def refused(self, uses: Iterable[Use]) -> Sequence[Drift]:
        """See `callsheet.runs.tools.Tools`: nothing is locked here."""
        return ()

    def holds(self, run_id: RunId) -> bool:
        """See `callsheet.runs.tools.Tools`: so it is while a test says so, in `held`."""
        return run_id in self.held

    def release(self, run_id: RunId) -> None:
        """See `callsheet.runs.tools.Tools`; tests can see that the run was let go."""
        self.held.discard(run_id)
        self.released.append(run_id)

    def _find(self, call: ToolCall) -> tuple[str, MemoryTool]:
        name = call.server if call.server is not None else self._route(call)
        server = self._servers.get(name)
        if server is None:
            raise unknown_server(name, call.tool, self._servers)
        tool = server.get(call.tool)
        if tool is None:
            raise missing_tool(name, call.tool, server)
        return name, tool

    def _route(self, call: ToolCall) -> str:
        offering = [name for name, tools in self._servers.items() if call.tool in tools]
        return only_server(call, offering, {}, (tool for tools in self._servers.values() for tool in tools))


async def _run(tool: MemoryTool, call: ToolCall, server: str) -> Json | ToolOutcome:
    try:
        return await tool(call)
    except ToolCallFailed:
        raise
    # A function may raise anything, and whatever it is, the tool failed.
    except Exception as error:
        raise ToolFailed(f"Tool {call.tool!r} of {server!r} failed: {error}", server=server, tool=call.tool) from error
