"""Calling a tool outside of any run."""

from fastapi import APIRouter, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import needs
from callsheet.api.decoding import StrictRoute
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.playground import CallRequest, CallResponse
from callsheet.api.tool_failures import refusal
from callsheet.errors.tools import ToolCallFailed

router = APIRouter(prefix="/api", tags=["workflow"], route_class=StrictRoute)


@router.post(
    "/tools/{server}/{tool}/call",
    response_model=CallResponse,
    summary="Call a tool outside of any run",
    description=(
        "Makes one call and returns its result, with what the tool said meanwhile. A tool that asks something gives "
        "`input_required` and a `continuation`: send the same arguments again with it and the `answers`. Nothing is "
        "journaled."
    ),
    responses={
        404: described("Unknown server or tool"),
        409: described("The tool is not what was locked, or the call that is to go on was lost"),
        422: described("The continuation is none of this call, or Validation Error"),
        502: described("The server cannot be reached, refuses, broke off, or answered something unusable"),
        504: described("No answer in time"),
    },
)
@needs(Scope.TOOLS_CALL, action="tool.call")
async def post_call(server: str, tool: str, request: CallRequest, parts: TheParts) -> CallResponse | Response:
    """Call it."""
    try:
        played = await parts.playground.call(
            server,
            tool,
            request.arguments,
            timeout=request.timeout,
            continuation=request.continuation,
            answers={key: answer.answer() for key, answer in request.answers.items()},
        )
    except ToolCallFailed as exc:
        return refusal(exc)
    return CallResponse.of(played)
