"""Why something failed, in words and in classes: from the SDK's errors to those of `callsheet.errors`."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeAlias, assert_never, cast

import httpx2
from mcp import MCPError
from mcp_types import CONNECTION_CLOSED, HEADER_MISMATCH, INVALID_REQUEST, PARSE_ERROR, UNSUPPORTED_PROTOCOL_VERSION
from pydantic import ValidationError

from callsheet.errors.tools import (
    AuthRequired,
    BadOutput,
    OutputTooLarge,
    RateLimited,
    ServerUnavailable,
    ToolCallFailed,
    ToolFailed,
    TransportLost,
)
from callsheet.scenario.json import Json, NotJson, check_json
from callsheet.tools.faults import Fault, FaultKind, plain
from callsheet.tools.link import Link
from callsheet.tools.session.listing import ListUnusable
from callsheet.tools.transports.bearer import refusal_of
from callsheet.tools.transports.child import CannotStart

Unreached: TypeAlias = type[ServerUnavailable] | type[RateLimited]
"""The failures of a call that never reached its server."""

SESSION_NOT_FOUND: Final = -32001
"""What servers on the TypeScript SDK answer where the specification has 404."""

SESSION_ENDED: Final = "the session ended"
_CLOSED: Final = "Connection closed"
_STREAM: Final = "SSE stream "
_CLOSED_EARLY: Final = "the connection closed during the handshake"


class ConnectFailed(Exception):
    """There is no session. The text says why.

    Attributes:
        failure: the class of the calls that fail with it.
        again: whether another attempt is worth the wait for the calls that saw this one fail.
        again_in: seconds until that attempt is allowed; None for those who did not take part in this one.
    """

    def __init__(self, message: str, *, failure: Unreached = ServerUnavailable, again: bool = False) -> None:
        super().__init__(message)
        self.failure: Unreached = failure
        self.again = again
        self.again_in: float | None = None

    def after(self, delay: float) -> "ConnectFailed":
        """The same, with the pause that it caused."""
        self.again_in = delay if self.again else None
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was called."""

    server: str
    tool: str


class NotRun(Exception):
    """The tool did not run, and calling it again may go well, after `again_in` seconds."""

    def __init__(self, failure: ToolCallFailed, *, again_in: float = 0.0) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.again_in = again_in


def connect_failure(error: Exception, link: Link) -> ConnectFailed:
    """Why connecting over `link` failed."""
    match _first(error):
        case CannotStart() | ListUnusable() as cause:
            return ConnectFailed(str(cause))
        case MCPError() as error:
            fault = link.mark.read(error.error.data)
            if fault is not None:
                if fault.kind is FaultKind.SESSION_GONE:
                    return ConnectFailed(f"{_CLOSED_EARLY}: {fault.detail}.{link.epitaph()}")
                return ConnectFailed(fault.detail, failure=_unreached(fault), again=fault.kind is FaultKind.REFUSED)
            if _is_lost(error):
                return ConnectFailed(f"{_CLOSED_EARLY}.{link.epitaph()}")
            return ConnectFailed(f"it refused the handshake: {plain(error.error.message)}")
        case ValidationError() as error:
            return ConnectFailed(f"what it answered is not MCP: {first_fault(error)}")
        case httpx2.HTTPStatusError() as error:
            # Its own text has the URL, which may have a token in it.
            status = error.response.status_code
            reason = f"HTTP {status} {error.response.reason_phrase}".rstrip()
            if (refusal := refusal_of(error.response)) is not None:
                reason = f"{reason}: {refusal}"
            fault = Fault(kind=FaultKind.STATUS, detail=reason, status=status)
            return ConnectFailed(reason, failure=_unreached(fault))
        case other:
            return ConnectFailed(f"{type(other).__name__}: {plain(str(other))}")


def is_closed(error: MCPError) -> bool:
    """Whether the session is over, in the SDK's words or in ours: servers use the code for whatever they like."""
    return error.error.code == CONNECTION_CLOSED and error.error.message in {_CLOSED, SESSION_ENDED}


def _is_lost(error: MCPError) -> bool:
    """Whether there will be no answer, though the session may live on: the stream of this one broke off."""
    return is_closed(error) or (error.error.code == CONNECTION_CLOSED and error.error.message.startswith(_STREAM))


def session_is_over(error: MCPError, link: Link) -> bool:
    """Whether this session serves nobody any more, so that only another one can."""
    fault = link.mark.read(error.error.data)
    if fault is not None:
        return fault.kind is FaultKind.SESSION_GONE
    return is_closed(error) or _wants_another_session(error, link)


def call_failure(error: MCPError, target: Target, link: Link) -> ToolCallFailed | NotRun:
    """Why a call failed that had a session."""
    fault = link.mark.read(error.error.data)
    if fault is not None:
        return _from_fault(fault, target)
    message = plain(error.error.message)
    name = f"{target.tool!r} of the tool server {target.server!r}"
    if _is_lost(error):
        return TransportLost(
            f"The connection to the tool server {target.server!r} was lost while {target.tool!r} was at work "
            f"({message}).{link.epitaph()}",
            server=target.server,
            tool=target.tool,
        )
    if _wants_another_session(error, link):
        return NotRun(_unavailable(target, message))
    if error.error.code == PARSE_ERROR:
        # pydantic's account of a broken answer is long, and begins with the names of the SDK's classes.
        reason = "it is not a JSON-RPC message" if message.startswith("Failed to parse") else message
        return BadOutput(f"The answer of {name} cannot be read: {reason}.", server=target.server, tool=target.tool)
    return ToolFailed(
        f"Tool {name} answered with an error: {message}",
        server=target.server,
        tool=target.tool,
        data={"code": error.error.code, "data": _json_or_none(error.error.data)},
    )


def _from_fault(fault: Fault, target: Target) -> ToolCallFailed | NotRun:
    sentence = f"The call of {target.tool!r} on the tool server {target.server!r} failed: {fault.detail}."
    match fault.kind:
        case FaultKind.REFUSED | FaultKind.SESSION_GONE:
            return NotRun(_unavailable(target, fault.detail))
        case FaultKind.LOST:
            return TransportLost(sentence, server=target.server, tool=target.tool)
        case FaultKind.STATUS:
            return _from_status(fault, target, sentence)
        case FaultKind.TOO_LARGE:
            hint = " The server's option 'maxMessageBytes' sets the limit."
            data = {"limit": "maxMessageBytes"}
            return OutputTooLarge(sentence + hint, server=target.server, tool=target.tool, data=data)
        case FaultKind.UNREADABLE:
            return BadOutput(sentence, server=target.server, tool=target.tool)
        case _:
            assert_never(fault.kind)


def _from_status(fault: Fault, target: Target, sentence: str) -> ToolCallFailed | NotRun:
    status = fault.status or 0
    data: dict[str, Json] = {"status": status, "retryAfter": fault.retry_after}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return TransportLost(sentence, server=target.server, tool=target.tool, data=data)
    failure = _unreached(fault)(sentence, server=target.server, tool=target.tool, data=data)
    if isinstance(failure, RateLimited) and fault.retry_after is not None:
        return NotRun(failure, again_in=fault.retry_after)
    return failure


def _unreached(fault: Fault) -> Unreached:
    if fault.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return AuthRequired
    return RateLimited if fault.status == HTTPStatus.TOO_MANY_REQUESTS else ServerUnavailable


def _unavailable(target: Target, reason: str) -> ServerUnavailable:
    return ServerUnavailable(
        f"The tool server {target.server!r} cannot be reached: {reason}.", server=target.server, tool=target.tool
    )


def _wants_another_session(error: MCPError, link: Link) -> bool:
    code = error.error.code
    if code in {HEADER_MISMATCH, UNSUPPORTED_PROTOCOL_VERSION}:
        return True
    if not link.has_sessions:  # then it is a session of the tool, which ran
        return False
    text = plain(error.error.message).lower()
    gone = any(word in text for word in ("not found", "terminated", "expired", "no valid session"))
    return code in {INVALID_REQUEST, SESSION_NOT_FOUND} and "session" in text and gone


def first_fault(error: ValidationError) -> str:
    """Where pydantic's first complaint is, and what it says."""
    first = error.errors(include_url=False, include_input=False)[0]
    return plain(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}", 200)


def _first(error: Exception) -> Exception:
    """The first real error; the SDK's transports nest them in groups."""
    while isinstance(error, ExceptionGroup):
        nested = cast("ExceptionGroup[Exception]", error)
        error = nested.exceptions[0]
    return error


def _json_or_none(data: object) -> Json:
    try:
        return check_json(data)
    except NotJson:
        return None
