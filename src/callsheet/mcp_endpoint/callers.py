"""Who sends a request, and what they may do here."""

from contextvars import ContextVar
from typing import Any, Final

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext

from callsheet.access.acts import SOURCE
from callsheet.access.principal import LOCAL, PRINCIPAL, STRANGER, Principal
from callsheet.access.scopes import Scope
from callsheet.errors.access import Forbidden
from callsheet.mcp_endpoint.parts import STDIO

ASKING: Final[ContextVar[Principal]] = ContextVar("callsheet.asking", default=LOCAL)
"""The caller of the HTTP request at work, for what the SDK asks before it makes a context of it."""

READS: Final = frozenset({"callsheet_status", "callsheet_events"})
"""The tools that change nothing."""


def caller_of(context: ServerRequestContext[Any, Any]) -> Principal:
    """The caller; over standard input it is whoever started this process."""
    return LOCAL if context.request is None else in_scope(context.request.scope)


def source_of(context: ServerRequestContext[Any, Any]) -> str:
    """Where the request comes from, for the audit log."""
    return STDIO if context.request is None else str(context.request.scope.get(SOURCE, ""))


def in_scope(scope: Any) -> Principal:
    """The caller of an HTTP request, whom somebody else found out; nothing is a stranger's."""
    found = scope.get(PRINCIPAL)
    return found if isinstance(found, Principal) else STRANGER


def sdk_user(caller: Principal) -> AuthenticatedUser:
    """The caller in the SDK's words: a session of the `initialize` era is of use to its caller alone."""
    return AuthenticatedUser(AccessToken(token="", client_id=caller.subject, scopes=[]))


def may_call(caller: Principal, name: str) -> bool:
    """Whether their role allows them to call the tool: all but a few start runs, or change them."""
    return caller.may(Scope.RUNS_READ if name in READS else Scope.RUNS_WRITE)


def require_call(caller: Principal, name: str) -> None:
    """Return when the caller's role allows the call.

    Raises:
        Forbidden: it does not.
    """
    if not may_call(caller, name):
        raise Forbidden(f"The role '{caller.role}' may not call {name[:128]}: it needs the scope '{Scope.RUNS_WRITE}'.")
