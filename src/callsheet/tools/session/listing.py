"""What a server offers: all pages of its tool list, and how long that can be believed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, cast

from mcp.client import ClientSession
from mcp_types import ListToolsResult, PaginatedRequestParams, Tool

from callsheet.runs.tools import ToolInfo
from callsheet.scenario.json import JsonObject, NotJson, check_json

MAX_PAGES: Final = 100
MAX_TOOLS: Final = 5_000

DEFAULT_LIFE: Final = 300.0
SHORTEST_LIFE: Final = 5.0
LONGEST_LIFE: Final = 3600.0


class ListUnusable(Exception):
    """The server's tool list cannot be used. The text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All tools of a server by name, and for how many seconds the server wants that believed."""

    tools: dict[str, ToolInfo]
    life: float


async def read_listing(session: ClientSession, server: str, allowed: frozenset[str] | None) -> Listing:
    """Ask for every page; keep the tools in `allowed`, or all of them for None.

    Raises:
        ListUnusable: the list has no end, or a tool appears in it that is not JSON as we know it.
        mcp.MCPError, pydantic.ValidationError: the server refused, or answered something else.
    """
    tools: dict[str, ToolInfo] = {}
    cursors: set[str] = set()
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor))
        if len(tools) + len(page.tools) > MAX_TOOLS:
            raise ListUnusable(f"it offers more than {MAX_TOOLS} tools")
        for number, tool in enumerate(page.tools):
            if number % 50 == 49:
                await asyncio.sleep(0)
            if allowed is None or tool.name in allowed:
                tools[tool.name] = _info(server, tool)
        if len(tools) > MAX_TOOLS:
            raise ListUnusable(f"it offers more than {MAX_TOOLS} tools")
        cursor = page.next_cursor
        if cursor is None:
            return Listing(tools=tools, life=_life(page))
        if cursor in cursors:
            raise ListUnusable("its tool list comes back to a page it already gave")
        cursors.add(cursor)
    raise ListUnusable(f"its tool list has more than {MAX_PAGES} pages")


def _info(server: str, tool: Tool) -> ToolInfo:
    plain = cast("JsonObject", tool.model_dump(by_alias=True, mode="json", exclude_none=True))
    try:
        check_json(plain)
    except NotJson as error:
        raise ListUnusable(
            f"its definition of the tool {tool.name!r} is not usable at {error.pointer}: {error}"
        ) from error
    return ToolInfo(
        server=server,
        name=tool.name,
        description=tool.description or "",
        input_schema=cast("JsonObject", plain["inputSchema"]),
        output_schema=cast("JsonObject | None", plain.get("outputSchema")),
        annotations=cast("JsonObject | None", plain.get("annotations")),
    )


def _life(page: ListToolsResult) -> float:
    if "ttl_ms" not in page.model_fields_set:
        return DEFAULT_LIFE
    return min(max(page.ttl_ms / 1000, SHORTEST_LIFE), LONGEST_LIFE)


class LiveListing:
    """The listing of one open session. One task at most reads it anew; whoever wants it waits for that one.

    `known` serves calls: it is answered at once while the server has not announced a change, and a listing past its
    life is renewed behind their back. `fresh` serves those who asked for the list.
    """

    def __init__(self, first: Listing, read: Callable[[], Awaitable[Listing]], clock: Callable[[], float]) -> None:
        self._listing = first
        self._read = read
        self._clock = clock
        self._read_at = clock()
        self._expires = self._read_at + first.life
        self._changed = False
        self._reading: asyncio.Task[Listing] | None = None

    def mark_changed(self) -> None:
        """The server says that its tools changed."""
        self._changed = True

    def known(self) -> Listing | None:
        """What is known of the tools; None when the server announced a change."""
        if self._changed:
            return None
        if self._clock() >= self._expires:
            self._renew()
        return self._listing

    def kept(self) -> Listing | None:
        """The listing, unless it is over or changed; the server is not asked, and may be gone."""
        return None if self._changed or self._clock() >= self._expires else self._listing

    async def fresh(self, *, not_older_than: float = 0.0) -> Listing:
        """The tools as they are now; as they were up to `not_older_than` seconds ago is good enough.

        Raises:
            ListUnusable and what `read` raises.
        """
        if not self._changed and self._clock() - self._read_at < not_older_than:
            return self._listing
        reading = self._renew()
        await asyncio.wait({reading})
        if reading.cancelled():
            raise ListUnusable("the session ended while the tools were listed")
        return reading.result()

    async def close(self) -> None:
        """Stop reading."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    def _renew(self) -> asyncio.Task[Listing]:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._renewed())
            self._reading.add_done_callback(_seen)
        return self._reading

    async def _renewed(self) -> Listing:
        # A change that is announced while we read concerns the next reading.
        self._changed = False
        # Until it is renewed, or when that fails, the old list serves: one failure shall not become one per call.
        self._expires = self._clock() + SHORTEST_LIFE
        listing = await self._read()
        self._listing, self._read_at = listing, self._clock()
        self._expires = self._read_at + listing.life
        return listing


def _seen(task: asyncio.Task[Listing]) -> None:
    # A reading that nobody waited for failed quietly; the next one will tell.
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()
