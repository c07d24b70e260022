"""The MCP server: which method is served by what."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.subscriptions import ListenHandler
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    ListToolsResult,
    PaginatedRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
)

from callsheet.errors.kinds import CallsheetError
from callsheet.mcp_endpoint.callers import caller_of, may_call
from callsheet.mcp_endpoint.calls import Calls
from callsheet.mcp_endpoint.changes import Changes
from callsheet.mcp_endpoint.clients import TASKS
from callsheet.mcp_endpoint.handles import Handles
from callsheet.mcp_endpoint.offers import Offers
from callsheet.mcp_endpoint.parts import EndpointParts
from callsheet.mcp_endpoint.tasks import TaskParams, Tasks, UpdateTaskParams, require_tasks

NAME: Final = "callsheet"
_INSTRUCTIONS: Final = (
    "Each tool but those whose name begins with 'callsheet_' is a scenario: a fixed sequence of tool calls that runs "
    "durably. A call waits for the run's end. For long ones, callsheet_start gives a run_id at once, "
    "callsheet_status tells how far it is, and callsheet_answer answers what it asks."
)
_LIST_FRESH_MS: Final = 5_000

_P = TypeVar("_P")
_R = TypeVar("_R")
_Handler: TypeAlias = Callable[[ServerRequestContext[Any, Any], _P], Awaitable[_R]]


class ScenarioServer(Server[Any]):
    """The SDK's server, which also promises clients of the `initialize` era that it tells of changes."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        """See `Server`; tasks are an extension of 2026-07-28 alone."""
        options = notification_options or NotificationOptions(tools_changed=True)
        return super().create_initialization_options(options, experimental_capabilities, extensions or {})


class Endpoint:
    """The server and its parts.

    Args:
        parts: of the system.

    Attributes:
        server: speaks MCP, over whatever streams it is given.
        changes: tells clients of changed scenarios.
    """

    def __init__(self, parts: EndpointParts) -> None:
        self._stopping = asyncio.Event()
        self._page = parts.options.page
        self._offers = Offers(parts)
        self._handles = Handles()
        self.changes = Changes(self._offers, parts.options.watch_interval, parts.options.patience)
        self._listen = ListenHandler(self.changes)
        tasks = Tasks(parts, self._offers)
        calls = Calls(parts, self._offers, self._handles, tasks, self._stopping)
        self.server = ScenarioServer(
            NAME,
            version=parts.options.version,
            title="Callsheet",
            instructions=_INSTRUCTIONS,
            cache_hints={"tools/list": CacheHint(ttl_ms=_LIST_FRESH_MS)},
            get_tool_input_schema=self._offers.schema_of,
            on_list_tools=_explained(self._list_tools),
            on_subscriptions_listen=self._subscribe,
        )
        self.server.middleware.clear()  # OpenTelemetry, which nobody here listens to
        self.server.extensions = {TASKS: {}}
        # Not in the constructor, whose type does not know that a task may be the answer.
        self.server.add_request_handler("tools/call", CallToolRequestParams, calls.call)
        self.server.add_request_handler("tasks/get", TaskParams, _explained(tasks.get))
        self.server.add_request_handler("tasks/update", UpdateTaskParams, _explained(tasks.update))
        self.server.add_request_handler("tasks/cancel", TaskParams, _explained(tasks.cancel))

    async def prepare(self) -> None:
        """Look at the catalog once, so that the headers of the first call can be checked."""
        await self._offers.prepare()

    def stop(self) -> None:
        """Begin to stop: calls that wait for runs are answered, subscriptions end, new calls are refused."""
        self._stopping.set()
        self._listen.close()

    async def _list_tools(
        self, context: ServerRequestContext[Any, Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        after = "" if params is None or params.cursor is None else _after(params.cursor)
        caller, offers = caller_of(context), await self._offers.all()
        self.changes.listed_by(context, self._offers.fingerprint)
        seen = (offer.tool for offer in offers if caller.scenarios.allow(offer.tool.name))
        tools = [tool for tool in (*self._handles.tools, *seen) if may_call(caller, tool.name)]
        left = sorted((tool for tool in tools if tool.name > after), key=lambda tool: tool.name)
        page = left[: self._page]
        return ListToolsResult(tools=page, next_cursor=_cursor(page[-1].name) if len(left) > len(page) else None)

    async def _subscribe(
        self, context: ServerRequestContext[Any, Any], params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        wanted: Mapping[str, Any] = (context.params or {}).get("notifications") or {}
        if wanted.get("taskIds"):
            require_tasks(context)
        return await self._listen(context, params)


def _explained(handler: _Handler[_P, _R]) -> _Handler[_P, _R]:
    """The handler, whose failures are told to the client; the SDK would answer a bare "Internal server error"."""

    async def explained(context: ServerRequestContext[Any, Any], params: _P) -> _R:
        try:
            return await handler(context, params)
        except CallsheetError as error:
            raise MCPError(INTERNAL_ERROR, f"{error.code}: {error.message}") from error

    return explained


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _after(cursor: str) -> str:
    try:
        return base64.b64decode(cursor.encode("ascii"), b"-_", validate=True).decode()
    except (ValueError, binascii.Error) as error:
        raise MCPError(INVALID_PARAMS, "The cursor is not one that this server gave out.") from error
