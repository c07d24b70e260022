"""What the client of a request can do, and asking it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from mcp.server.context import ServerRequestContext
from mcp.server.session import ServerSession
from mcp_types import (
    ClientCapabilities,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequest,
    RequestId,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from callsheet.mcp_endpoint.questions import Question

TASKS: Final = "io.modelcontextprotocol/tasks"
"""The tasks extension (SEP-2663)."""

GONE: Final = "callsheet.gone"
"""In the scope of an HTTP request: an event, set when the request is over, whoever ended it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The client that sent a request.

    Attributes:
        modern: whether it speaks 2026-07-28, where the server sends no requests.
        capabilities: what it declared.
        gone: set when it does not wait for an answer to this request any more.
    """

    modern: bool
    capabilities: ClientCapabilities | None
    session: ServerSession
    request_id: RequestId | None
    gone: asyncio.Event

    @classmethod
    def of(cls, context: ServerRequestContext[Any, Any]) -> Self:
        """The client of `context`."""
        return cls(
            modern=context.protocol_version in MODERN_PROTOCOL_VERSIONS,
            capabilities=context.session.client_capabilities,
            session=context.session,
            request_id=context.request_id,
            gone=getattr(context.request, "scope", {}).get(GONE) or asyncio.Event(),
        )

    @property
    def knows_tasks(self) -> bool:
        """Whether a call may be answered with a task."""
        extensions = None if self.capabilities is None else self.capabilities.extensions
        return self.modern and extensions is not None and TASKS in extensions

    @property
    def may_be_asked_now(self) -> bool:
        """Whether it can be asked while its call is open."""
        return not self.modern

    def requests(self, questions: Sequence[Question], complaint: str = "") -> dict[str, InputRequest] | None:
        """What to send so that the client asks; None when it cannot show one of the questions.

        Args:
            questions: what is asked.
            complaint: what was wrong with the last answer.
        """
        if not self.modern and not self.session.can_send_request:
            return None
        found: dict[str, InputRequest] = {}
        for question in questions:
            requests = question.requests(self.capabilities)
            if requests is None:
                return None
            found |= {key: _with(complaint, request) for key, request in requests.items()}
        return found

    async def ask(self, requests: Mapping[str, InputRequest]) -> dict[str, ElicitResult]:
        """Ask one after the other, until the person breaks off; only clients of the `initialize` era.

        Raises:
            MCPError: the client answered with an error, or went away.
            ValidationError: it answered with what is no result of an elicitation.
        """
        found: dict[str, ElicitResult] = {}
        for key, request in requests.items():
            if isinstance(request, ElicitRequest):
                found[key] = await self._elicit(request.params)
                if found[key].action == "cancel":
                    break
        return found

    async def _elicit(self, params: ElicitRequestFormParams | ElicitRequestURLParams) -> ElicitResult:
        if isinstance(params, ElicitRequestURLParams):
            elicitation = params.elicitation_id or ""
            return await self.session.elicit_url(params.message, params.url, elicitation, self.request_id)
        return await self.session.elicit_form(params.message, params.requested_schema, self.request_id)


def _with(complaint: str, request: ElicitRequest) -> ElicitRequest:
    if not complaint:
        return request
    params = request.params.model_copy(update={"message": f"{complaint}\n\n{request.params.message}"})
    return ElicitRequest(params=params)
