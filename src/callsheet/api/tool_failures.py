"""Failures of tool calls outside of runs, as HTTP."""

from typing import Final

from fastapi import Response

from callsheet.api.errors import error_response
from callsheet.errors.tools import (
    AuthRequired,
    BadOutput,
    ContinuationExpired,
    DefinitionChanged,
    HeldCallLost,
    OutputTooLarge,
    RateLimited,
    ServerUnavailable,
    ToolCallFailed,
    ToolMissing,
    ToolTimeout,
    TransportLost,
)

_CODES: Final[tuple[tuple[type[ToolCallFailed], str], ...]] = (
    (AuthRequired, "tool.needs_auth"),
    (ServerUnavailable, "tool.unavailable"),
    (RateLimited, "tool.rate_limited"),
    (HeldCallLost, "tool.call_lost"),
    (ContinuationExpired, "tool.call_lost"),
    (TransportLost, "tool.transport"),
    (ToolTimeout, "tool.timeout"),
    (DefinitionChanged, "tool.changed"),
    (ToolMissing, "tool.not_found"),
    (BadOutput, "tool.output_invalid"),
    (OutputTooLarge, "tool.output_too_large"),
)
"""The first class that fits counts."""


def refusal(exc: ToolCallFailed) -> Response:
    """The answer to whoever wanted something of a tool."""
    code = next(code for kind, code in _CODES if isinstance(exc, kind))
    extra = {"server": exc.server, "tool": exc.tool, "ran": exc.ran, "data": exc.data}
    return error_response(code, exc.message, extra=extra)
