"""The tool catalog."""

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, needs
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.tools import ToolDetail, ToolSummary
from callsheet.api.tool_failures import refusal
from callsheet.errors.tools import ToolCallFailed, ToolsUnavailable

UNAVAILABLE: Final = "Callsheet-Unavailable-Servers"
"""The header that names the tool servers whose tools are not in the list, percent-encoded and separated by commas."""

router = APIRouter(prefix="/api", tags=["workflow"], route_class=GuardedRoute)


@router.get(
    "/tools",
    response_model=list[ToolSummary],
    summary="List MCP tools",
    description="Proxies MCP `list_tools()` and returns name, description, and input schema for each tool.",
    responses={502: described("MCP transport error")},
)
@needs(Scope.TOOLS_READ)
async def get_tools(response: Response, parts: TheParts) -> list[ToolSummary]:
    """The tools of all servers that answer; an error only when none does."""
    listing = await parts.tools.list()
    if listing.unavailable and len(listing.unavailable) >= len(parts.tools.servers()):
        reasons = " ".join(f"{server}: {reason}" for server, reason in listing.unavailable.items())
        raise ToolsUnavailable(f"No tool server could be asked for its tools. {reasons}")
    if listing.unavailable:
        response.headers[UNAVAILABLE] = ", ".join(quote(server, safe="") for server in listing.unavailable)
    drifts = {(drift.server, drift.tool): drift.text() for drift in listing.drifts}
    return [ToolSummary.of(tool, drifts.get((tool.server, tool.name))) for tool in listing.tools]


@router.get(
    "/tools/{server}/{tool}",
    response_model=ToolDetail,
    summary="Get one tool",
    description=(
        "Asks one server for one of its tools, and returns it as it is now beside what was locked of it: what somebody "
        "looked at when `callsheet lock` was written. `drift` says the difference in lines."
    ),
    responses={
        404: described("Unknown server or tool"),
        422: described("Validation Error"),
        502: described("The server cannot be asked for its tools"),
    },
)
@needs(Scope.TOOLS_READ)
async def get_tool(server: str, tool: str, parts: TheParts) -> ToolDetail | Response:
    """One tool, now and then."""
    try:
        return ToolDetail.now_and_then(await parts.tools.describe(server, tool))
    except ToolCallFailed as exc:
        return refusal(exc)
