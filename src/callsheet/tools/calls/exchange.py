"""One `tools/call` on one session: sent, listened to, and waited for until it ends or asks something."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Final, TypeAlias, cast

from mcp import MCPError
from mcp_types import CONNECTION_CLOSED, URL_ELICITATION_REQUIRED, CallToolRequest, CallToolResult
from pydantic import TypeAdapter

from callsheet.runs.tools import Elicitation, ToolCall, ToolInfo
from callsheet.tools.calls.held import HeldCall
from callsheet.tools.session.causes import SESSION_ENDED
from callsheet.tools.session.connection import Session
from callsheet.tools.session.in_flight import OpenCall


class IdleTimeout(Exception):
    """The server said nothing for the server's `idleTimeout`."""


Answer: TypeAlias = object
"""The `result` member of a server's response, as it came."""


class Exchange:
    """Makes the exchanges of one server.

    `session.call_tool` would list the tools first and check results with a backtracking regex engine, so calls go
    through `send_request`. It could build models from an answer, which would only be taken apart again.
    """

    _AS_IT_CAME: Final = cast("TypeAdapter[CallToolResult]", TypeAdapter(object))

    def __init__(self, *, idle_timeout: float | None, one_at_a_time: bool) -> None:
        self._idle = idle_timeout
        self._one_at_a_time = one_at_a_time
        self._turn = asyncio.Lock()

    def turn(self, session: Session) -> AbstractAsyncContextManager[None]:
        """To be held while a call is made: one at a time where its questions could not be told from another's."""
        self._one_at_a_time = self._one_at_a_time or session.in_flight.ambiguous
        return self._turn if session.is_legacy and self._one_at_a_time else nullcontext()

    async def make(self, session: Session, request: CallToolRequest, call: ToolCall, tool: ToolInfo) -> Answer:
        """Send `request`; its answer, or a `HeldCall` whose server asks something.

        Raises:
            IdleTimeout: the server was silent for too long.
            mcp.MCPError, pydantic.ValidationError: see the SDK.
        """
        opened = OpenCall(call.listener)
        session.in_flight.add(opened)
        if session.is_legacy:
            return await self._begin(session, request, call, tool, opened)
        try:
            return await self._patiently(opened, self._send(session, request, call, opened))
        finally:
            session.in_flight.remove(opened)

    @asynccontextmanager
    async def turn_again(self, held: HeldCall) -> AsyncGenerator[None]:
        """Be the one call that is at work, where the server is called one at a time; a call that fails is ended."""
        try:
            async with self._turn if self._one_at_a_time else nullcontext():
                yield
        except BaseException:
            held.request.cancel()
            raise

    async def go_on(self, held: HeldCall, call: ToolCall) -> Answer:
        """Answer a held call and wait for it, in its `turn_again`; its answer, or itself when it asks once more.

        Raises:
            QuestionUnusable: MCP cannot carry the answer.
            IdleTimeout, mcp.MCPError, pydantic.ValidationError: as `make`.
        """
        held.open.listen(call.listener)
        held.open.answer(next(iter(call.answers.values()), None))
        return await self._patiently(held.open, self._until_asked(held))

    async def _begin(
        self, session: Session, request: CallToolRequest, call: ToolCall, tool: ToolInfo, opened: OpenCall
    ) -> Answer:
        """The same where questions come on the session: the call must be able to outlive its caller."""
        sent = asyncio.create_task(self._send(session, request, call, opened))

        def ended(task: "asyncio.Task[Answer]") -> None:
            session.in_flight.remove(opened)
            opened.answer(None)  # a question that the call did not wait for
            if not task.cancelled():
                task.exception()  # seen, also when its caller has left

        sent.add_done_callback(ended)
        held = HeldCall(run_id=call.run_id, tool=tool, session=session, open=opened, request=sent)
        return await self._patiently(opened, self._until_asked(held))

    async def _until_asked(self, held: HeldCall) -> Answer:
        asked: asyncio.Future[Elicitation] = held.open.asked
        try:
            await asyncio.wait({held.request, asked}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            held.request.cancel()  # the SDK tells the server; that may take it seconds, so nobody waits
            raise
        if not held.request.done():
            return held
        if held.request.cancelled():
            raise MCPError(code=CONNECTION_CLOSED, message=SESSION_ENDED)
        return held.request.result()

    async def _send(self, session: Session, request: CallToolRequest, call: ToolCall, opened: OpenCall) -> Answer:
        listens = call.listener is not None or self._idle is not None
        try:
            return await session.mcp.send_request(
                request, self._AS_IT_CAME, progress_callback=opened.on_progress if listens else None
            )
        except MCPError as error:
            if error.error.code != URL_ELICITATION_REQUIRED:
                raise
            return _links(error)

    async def _patiently(self, opened: OpenCall, work: "asyncio.Future[Answer] | object") -> Answer:
        """The result of `work`, unless the server is silent for too long; every sign of life begins the time anew."""
        awaitable = cast("asyncio.Future[Answer]", work)
        if self._idle is None:
            return await awaitable
        loop, idle = asyncio.get_running_loop(), self._idle
        limit = asyncio.timeout(idle)
        try:
            async with limit:
                opened.on_sign = lambda: limit.reschedule(loop.time() + idle)
                return await awaitable
        except TimeoutError:
            if limit.expired():
                raise IdleTimeout from None
            raise
        finally:
            opened.on_sign = None


def _links(error: MCPError) -> Answer:
    """The links of an error of 2025-11-25 as the questions that later revisions make of them."""
    match error.error.data:
        case {"elicitations": [*elicitations]}:
            asked = {
                str(number): {"method": "elicitation/create", "params": each}
                for number, each in enumerate(elicitations)
            }
            return {"resultType": "input_required", "inputRequests": asked}
        case _:
            raise error
