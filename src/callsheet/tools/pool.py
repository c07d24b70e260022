"""The pool of tool servers: the `Tools` port over real MCP connections."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, assert_never

from loguru import logger

from callsheet.errors.tools import ToolTimeout
from callsheet.lint.drift import Drift
from callsheet.lint.signatures import Use
from callsheet.runs.events import RunId
from callsheet.runs.permits import Permits
from callsheet.runs.tools import ToolCall, ToolDescription, ToolInfo, ToolListing, ToolOutcome, ToolServerState
from callsheet.tools.deadlines import since
from callsheet.tools.faults import FaultMark
from callsheet.tools.link import Link
from callsheet.tools.locks import Lock
from callsheet.tools.member import Member
from callsheet.tools.oauth.sign_in import SignIn
from callsheet.tools.oauth.tokens import MemoryTokens, TokenStore
from callsheet.tools.redaction import Known
from callsheet.tools.routing import only_server, require_allowed, unknown_server
from callsheet.tools.servers import HttpServer, ServerConfig, StdioServer
from callsheet.tools.session.listing import Listing
from callsheet.tools.signing import sign_in_of
from callsheet.tools.transports.http import HttpLink
from callsheet.tools.transports.orphans import Children
from callsheet.tools.transports.sse import SseLink
from callsheet.tools.transports.stdio import StdioLink
from callsheet.tools.transports.tls import SharedTls


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
        lockfile: `callsheet.lock`, which need not exist.
        tokens: where tokens of servers are kept; in memory by default.
        permits: counts the calls of all processes, for servers that limit them; needed where one does.
        known: gives the redactor of all secrets, for what servers say; without it, that knows the server's own.
        children: the folder that remembers the processes of stdio servers; None remembers nothing.
    """

    def __init__(
        self,
        servers: Sequence[ServerConfig],
        *,
        environment: Mapping[str, str],
        version: str = "0",
        jitter: Callable[[], float],
        children: Path | None = None,
        lockfile: Path | None = None,
        tokens: TokenStore | None = None,
        permits: Permits | None = None,
        known: Known | None = None,
    ) -> None:
        self._permits = permits
        self._known_secrets = known
        self._tls = SharedTls()
        self._tokens = tokens or MemoryTokens()
        self._children = Children(children)
        lock = Lock(lockfile)
        self._sign_ins: list[SignIn] = []
        self._members = {server.name: self._member(server, environment, jitter, version, lock) for server in servers}

    async def __aenter__(self) -> Self:
        """End what a pool of the same folder left behind when its process was killed."""
        if ended := await self._children.sweep():
            logger.warning("{} processes of tool servers were left behind, and were ended.", ended)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every session and every server of ours, all at the same time; takes seconds at most, usually none."""
        await asyncio.gather(*(member.close() for member in self._members.values()))
        await asyncio.gather(*(sign_in.close() for sign_in in self._sign_ins))

    async def call(self, call: ToolCall) -> ToolOutcome:
        """See `callsheet.runs.tools.Tools`."""
        if call.server is None:
            began = asyncio.get_running_loop().time()
            member = self._members[await self._find(call)]
            call = since(call, call.timeout, began)
        elif (found := self._members.get(call.server)) is not None:
            member = found
        else:
            raise unknown_server(call.server, call.tool, self._members)
        require_allowed(call, member.name, member.scenarios)
        return await member.call(call)

    async def list(self) -> ToolListing:
        """See `callsheet.runs.tools.Tools`. A server out of reach delays it by its `connectTimeout` at most."""
        found = await self._listings()
        drifts = [
            drift
            for name, listing in found.items()
            if isinstance(listing, Listing)
            for drift in await self._members[name].drifts(listing)
        ]
        return ToolListing(tools=_tools(found), unavailable=_reasons(found), drifts=tuple(drifts))

    async def recent(self) -> ToolListing:
        """See `callsheet.runs.tools.Tools`."""
        listings = await asyncio.gather(*(member.recent() for member in self._members.values()))
        found = dict(zip(self._members, listings, strict=True))
        return ToolListing(tools=_tools(found), unavailable=_reasons(found))

    async def describe(self, server: str, tool: str) -> ToolDescription:
        """See `callsheet.runs.tools.Tools`. A server out of reach delays it by its `connectTimeout` at most."""
        member = self._members.get(server)
        if member is None:
            raise unknown_server(server, tool, self._members)
        return await member.describe(tool)

    def servers(self) -> Sequence[ToolServerState]:
        """See `callsheet.runs.tools.Tools`."""
        return [member.state() for member in self._members.values()]

    def refused(self, uses: Iterable[Use]) -> Sequence[Drift]:
        """See `callsheet.runs.tools.Tools`."""
        return [
            drift
            for server, tool in uses
            for name, member in self._members.items()
            if server in {None, name}
            for drift in member.refused(tool)
        ]

    def holds(self, run_id: RunId) -> bool:
        """See `callsheet.runs.tools.Tools`."""
        return any(member.holds(run_id) for member in self._members.values())

    def release(self, run_id: RunId) -> None:
        """See `callsheet.runs.tools.Tools`."""
        for member in self._members.values():
            member.release(run_id)

    def _member(
        self,
        server: ServerConfig,
        environment: Mapping[str, str],
        jitter: Callable[[], float],
        version: str,
        lock: Lock,
    ) -> Member:
        sign_in = sign_in_of(server, self._tokens, self._tls) if isinstance(server, HttpServer) else None
        if sign_in is not None:
            self._sign_ins.append(sign_in)
        ways = _Ways(server, environment, self._tls, self._children, sign_in)
        ways.known = self._known_secrets
        return Member(
            server,
            open_link=ways.open_link,
            transport=ways.transport,
            jitter=jitter,
            version=version,
            lock=lock,
            permits=self._permits,
            known=self._known_secrets,
        )

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


class _Ways:
    """The links to one server, and which transport it turned out to speak."""

    def __init__(
        self,
        server: ServerConfig,
        environment: Mapping[str, str],
        tls: SharedTls,
        children: Children,
        sign_in: SignIn | None,
    ) -> None:
        self._children = children
        self._server = server
        self.known: Known | None = None
        self._environment = environment
        self._tls = tls
        self._sign_in = sign_in
        self._is_old = isinstance(server, HttpServer) and server.transport == "sse"

    def transport(self) -> str:
        if isinstance(self._server, StdioServer):
            return "stdio"
        return "sse" if self._is_old else "http"

    def open_link(self, on_lost: Callable[[], None]) -> Link:
        match self._server:
            case StdioServer() as server:
                return StdioLink(server, self._environment, FaultMark(), on_lost, self._children, self.known)
            case HttpServer(transport="http") as server if self._is_old:
                self._is_old = False  # until it works again: the server may have become a newer one
                return self._older(server, on_lost)
            case HttpServer() as server if self._is_old:
                return SseLink(server, FaultMark(), self._tls, on_lost, sign_in=self._sign_in)
            case HttpServer() as server:
                return HttpLink(server, FaultMark(), self._tls, partial(self._older, server, on_lost), self._sign_in)
            case _:
                assert_never(self._server)

    def _older(self, server: HttpServer, on_lost: Callable[[], None]) -> Link:
        def works() -> None:
            self._is_old = True

        return SseLink(server, FaultMark(), self._tls, on_lost, works, self._sign_in)


def _offering(found: Mapping[str, Listing | str], tool: str) -> "list[str]":
    return [name for name, listing in found.items() if isinstance(listing, Listing) and tool in listing.tools]


def _tools(found: Mapping[str, Listing | str]) -> tuple[ToolInfo, ...]:
    return tuple(tool for each in found.values() if isinstance(each, Listing) for tool in each.tools.values())


def _reasons(found: Mapping[str, Listing | str]) -> dict[str, str]:
    return {name: listing for name, listing in found.items() if isinstance(listing, str)}
