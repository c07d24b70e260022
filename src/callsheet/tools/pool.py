"""The pool of tool servers: the `Tools` port over real MCP connections."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Final, Self, assert_never

from mcp import MCPError
from pydantic import ValidationError

from callsheet.errors import ToolTimeout
from callsheet.runs.events import RunId
from callsheet.runs.tools import ToolCall, ToolListing, ToolOutcome, ToolServerState
from callsheet.tools.calls import ServerCalls
from callsheet.tools.causes import ConnectFailed
from callsheet.tools.connection import Connection
from callsheet.tools.faults import FaultMark
from callsheet.tools.http import HttpLink, SharedTls
from callsheet.tools.link import Link
from callsheet.tools.listing import Listing, ListUnusable
from callsheet.tools.routing import only_server, unknown_server
from callsheet.tools.servers import HttpServer, ServerConfig, StdioServer
from callsheet.tools.stdio import StdioLink

LIST_AGE: Final = 1.0
"""Seconds for which a list of tools counts as the present one."""


class ToolPool:
    """Connections to all configured tool servers, each opened when it is first needed.

    ```python
    servers = read_servers(path, environment)
    async with ToolPool(servers, environment=environment, jitter=random.random) as tools:
        result = await tools.call(call)
    ```

    Args:
        environment: where the few variables come from that every stdio server sees.
        version: ours, told to the servers.
        jitter: numbers from 0 to 1, for the pauses between attempts to connect.
    """

    def __init__(
        self,
        servers: Sequence[ServerConfig],
        *,
        environment: Mapping[str, str],
        version: str = "0",
        jitter: Callable[[], float],
    ) -> None:
        tls = SharedTls()
        self._members = {
            server.name: _Member(server, environment=environment, version=version, jitter=jitter, tls=tls)
            for server in servers
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every session and every server of ours, all at the same time; takes 8 s at most, and usually none."""
        await asyncio.gather(*(member.close() for member in self._members.values()))

    async def call(self, call: ToolCall) -> ToolOutcome:
        """See `callsheet.runs.tools.Tools`."""
        name = call.server if call.server is not None else await self._find(call)
        member = self._members.get(name)
        if member is None:
            raise unknown_server(call, self._members)
        return await member.calls.call(call)

    async def list(self) -> ToolListing:
        """See `callsheet.runs.tools.Tools`. A server out of reach delays it by its `connectTimeout` at most."""
        found = await self._listings()
        tools = [tool for listing in found.values() if isinstance(listing, Listing) for tool in listing.tools.values()]
        return ToolListing(tools=tuple(tools), unavailable=_reasons(found))

    def servers(self) -> Sequence[ToolServerState]:
        """See `callsheet.runs.tools.Tools`."""
        return [member.state() for member in self._members.values()]

    def release(self, run_id: RunId) -> None:
        """See `callsheet.runs.tools.Tools`."""
        for member in self._members.values():
            member.calls.release(run_id)

    async def _find(self, call: ToolCall) -> str:
        found = self._known()
        if found is None or not _offering(found, call.tool):
            try:
                async with asyncio.timeout(call.timeout):
                    found = await self._listings()
            except TimeoutError:
                raise ToolTimeout(
                    f"It did not become clear within {call.timeout} s which tool server offers {call.tool!r}.",
                    server="",
                    tool=call.tool,
                ) from None
        names = (tool for listing in found.values() if isinstance(listing, Listing) for tool in listing.tools)
        return only_server(call, _offering(found, call.tool), _reasons(found), names)

    def _known(self) -> "dict[str, Listing | str] | None":
        """What is known of all servers without asking any; None when one has to be asked."""
        found: dict[str, Listing | str] = {}
        for name, member in self._members.items():
            known = member.known()
            if known is None:
                return None
            found[name] = known
        return found

    async def _listings(self) -> "dict[str, Listing | str]":
        listings = await asyncio.gather(*(member.listing() for member in self._members.values()))
        return dict(zip(self._members, listings, strict=True))


class _Member:
    """One server of the pool."""

    def __init__(
        self,
        server: ServerConfig,
        *,
        environment: Mapping[str, str],
        version: str,
        jitter: Callable[[], float],
        tls: SharedTls,
    ) -> None:
        def open_link(on_lost: Callable[[], None]) -> Link:
            match server:
                case StdioServer():
                    return StdioLink(server, environment, FaultMark(), on_lost)
                case HttpServer():
                    return HttpLink(server, FaultMark(), tls)
                case _:
                    assert_never(server)

        self._server = server
        self.connection = Connection(
            server.name,
            open_link,
            connect_timeout=server.options.connect_timeout,
            allowed=server.options.tools,
            jitter=jitter,
            version=version,
        )
        self.calls = ServerCalls(self.connection, server.options)

    async def close(self) -> None:
        await self.calls.close()
        await self.connection.close()

    def state(self) -> ToolServerState:
        return ToolServerState(
            name=self._server.name,
            transport="stdio" if isinstance(self._server, StdioServer) else "http",
            connected=self.connection.current() is not None,
            protocol=self.connection.protocol,
            error=self.connection.error,
            in_flight=self.calls.in_flight,
            waiting=self.calls.waiting,
        )

    def known(self) -> Listing | str | None:
        """The tools, or why the last attempt to reach them failed; None when the server has to be asked."""
        session = self.connection.current()
        return self.connection.error if session is None else session.listing.known()

    async def listing(self) -> Listing | str:
        """The tools as they are now, or why there are none."""
        try:
            session = await self.connection.session()
            return await session.listing.fresh(not_older_than=LIST_AGE)
        except (ConnectFailed, ListUnusable, MCPError, ValidationError) as error:
            return str(error)


def _offering(found: Mapping[str, Listing | str], tool: str) -> "list[str]":
    return [name for name, listing in found.items() if isinstance(listing, Listing) and tool in listing.tools]


def _reasons(found: Mapping[str, Listing | str]) -> dict[str, str]:
    return {name: listing for name, listing in found.items() if isinstance(listing, str)}
