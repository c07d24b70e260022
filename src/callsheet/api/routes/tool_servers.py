"""The tool servers and how they are."""

from fastapi import APIRouter

from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, needs
from callsheet.api.parts import TheParts
from callsheet.api.schemas.tool_servers import ToolServerDetail

router = APIRouter(prefix="/api", tags=["workflow"], route_class=GuardedRoute)


@router.get(
    "/tool-servers",
    response_model=list[ToolServerDetail],
    summary="List tool servers",
    description=(
        "Shows what is known of each server of mcp.json, without asking any: whether it is connected, its protocol "
        "revision, its circuit breaker, whether somebody has to sign in, and the calls at work."
    ),
)
@needs(Scope.TOOLS_READ)
async def get_tool_servers(parts: TheParts) -> list[ToolServerDetail]:
    """The servers, in the order of the configuration."""
    return [ToolServerDetail.known(state) for state in parts.tools.servers()]
