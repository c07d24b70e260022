"""Calls of one server's tools: whose turn it is, until when, and what a failure means."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final, cast

from mcp import MCPError
from mcp_types import CallToolRequest, CallToolRequestParams, RequestParamsMeta
from pydantic import ValidationError

from callsheet.errors.tools import BadOutput, HeldCallLost, ServerUnavailable, ToolMissing, ToolTimeout
from callsheet.runs.events import RunId
from callsheet.runs.tools import (
    ElicitationAction,
    InputRequired,
    TaskCreated,
    ToolCall,
    ToolInfo,
    ToolOutcome,
    ToolResult,
)
from callsheet.scenario.json import Json
from callsheet.tools.calls import asking
from callsheet.tools.calls.admission import Admission, Progress
from callsheet.tools.calls.continuations import (
    Continuation,
    HeldContinuation,
    InputContinuation,
    TaskContinuation,
    read,
    write,
)
from callsheet.tools.calls.exchange import Exchange, IdleTimeout
from callsheet.tools.calls.held import HeldCall, HeldCalls
from callsheet.tools.calls.polling import Polling
from callsheet.tools.calls.results import Results
from callsheet.tools.locks import Guard
from callsheet.tools.rate import Limiter
from callsheet.tools.routing import missing_tool, tool_not_allowed
from callsheet.tools.servers import ServerOptions
from callsheet.tools.session.causes import ConnectFailed, NotRun, Target, call_failure, first_fault, session_is_over
from callsheet.tools.session.connection import Connection, Session
from callsheet.tools.session.elicitation import QuestionUnusable, responses
from callsheet.tools.session.listing import ListUnusable
from callsheet.tools.share import Share

_FIRST: Final = InputContinuation(state=None, round=0)
"""A call from its beginning."""

IDEMPOTENCY_KEY: Final = "callsheet/idempotencyKey"
ATTEMPT: Final = "callsheet/attempt"

SILENT_TIMEOUTS: Final = 3
"""Timeouts in a row without a byte between them, after which a stdio server counts as hung."""

UNLISTED_SECONDS: Final = 5.0
"""Seconds for which a tool that is not in the list is not looked for again."""


class ServerCalls:
    """Makes the calls of one server."""

    def __init__(
        self,
        connection: Connection,
        options: ServerOptions,
        guard: Guard,
        rate: Limiter | None = None,
        share: Share | None = None,
    ) -> None:
        self._connection = connection
        self._guard = guard
        self._options = options
        self._admission = Admission(options, rate, share)
        self._results = Results(options.output_validation)
        self._exchange = Exchange(idle_timeout=options.idle_timeout, one_at_a_time=options.elicits)
        self._held = HeldCalls(options.held_for)
        self._polling = Polling(self._connected, self._connection.lose, options.call_timeout)
        self._silent_timeouts = 0
        self._last_timeout: tuple[Session, int] | None = None

    @property
    def in_flight(self) -> int:
        """Calls that have their turn."""
        return self._admission.at_work

    @property
    def waiting(self) -> int:
        """Calls that wait for their turn."""
        return self._admission.waiting

    async def call(self, call: ToolCall) -> ToolOutcome:
        """Make a call, or its next leg. Waiting for a turn, connecting and the one retry count against the deadline.

        Raises:
            ContinuationExpired, HeldCallLost: see `callsheet.runs.tools.Tools`.
            ToolCallFailed: one of its subclasses.
            Unavailable: the permits of all processes could not be asked for in time; nothing was called.
        """
        target = Target(server=self._connection.name, tool=call.tool)
        match _continuation(call, target):
            case HeldContinuation() as held:
                return await self._go_on(call, target, held)
            case TaskContinuation() as task:
                return await self._polling.wait(call, target, task, partial(self._task_result, target))
            case begun:
                return await self._in_turn(call, target, begun)

    def holds(self, run_id: RunId) -> bool:
        """Whether a call with a question is held open for a run."""
        return self._held.holds(run_id)

    def release(self, run_id: RunId) -> None:
        """Let go of what is held for a run."""
        self._held.release(run_id)
        self._polling.release(run_id)

    async def close(self) -> None:
        """Say the last goodbyes; before the connection is closed."""
        await self._polling.close()

    def end(self) -> None:
        """Let those go who still wait for a task; after the connection was closed."""
        self._polling.end()

    async def _in_turn(self, call: ToolCall, target: Target, begun: InputContinuation) -> ToolOutcome:
        seconds = self._options.call_timeout if call.timeout is None else call.timeout
        progress = Progress()
        try:
            async with asyncio.timeout(seconds) as deadline:
                await self._admission.enter(call.run_id, target, progress)
                try:
                    return await self._call_twice_at_most(call, target, begun, deadline, progress)
                finally:
                    self._admission.leave()
        except TimeoutError:
            if not progress.has_turn:
                raise self._admission.too_late(target, seconds, progress) from None
            raise self._timed_out(target, seconds, progress.sent_in) from None
        except IdleTimeout:
            raise self._idle(target) from None

    async def _call_twice_at_most(
        self,
        call: ToolCall,
        target: Target,
        begun: InputContinuation,
        deadline: asyncio.Timeout,
        progress: Progress,
    ) -> ToolOutcome:
        try:
            return await self._call_once(call, target, begun, progress)
        except NotRun as first:
            now = asyncio.get_running_loop().time()
            if now + first.again_in >= (deadline.when() or now):
                raise first.failure from first
            await asyncio.sleep(first.again_in)
        try:
            return await self._call_once(call, target, begun, progress)
        except NotRun as second:
            raise second.failure from second

    async def _call_once(
        self, call: ToolCall, target: Target, begun: InputContinuation, progress: Progress
    ) -> ToolOutcome:
        session = self._connection.current() or await self._connected(target)
        tool = await self._tool(session, target)
        await self._guard.admit(tool)
        while True:
            request = _request(call, target, begun, session)
            progress.has_turn = False
            async with self._exchange.turn(session):
                if session.stop.is_set():
                    raise NotRun(_lost_before(target))
                progress.has_turn, progress.sent_in = True, session
                with self._failures(target, session, begun):
                    answer = await self._exchange.make(session, request, call, tool)
            again = asking.again_of(answer, begun)
            if again is None:
                outcome = await self._outcome(answer, tool, begun)
                if isinstance(outcome, TaskCreated) and isinstance(
                    task := read(outcome.continuation), TaskContinuation
                ):
                    self._polling.created(call.run_id, target, task)
                return outcome
            await asyncio.sleep(asking.pause(again.round))
            begun, call = again, replace(call, answers={})

    async def _go_on(self, call: ToolCall, target: Target, continuation: HeldContinuation) -> ToolOutcome:
        """The leg of a call that is still open, with the answer to its question."""
        held = self._held.take(continuation.key)
        if held is None:
            raise _not_open(target)
        seconds = self._options.call_timeout if call.timeout is None else call.timeout
        try:
            # The wait for its turn is not the call's time: other calls must not cost a person's answer.
            async with self._exchange.turn_again(held), asyncio.timeout(seconds):
                if held.is_lost:
                    raise _not_open(target)
                with self._failures(target, held.session, _FIRST):
                    answer = await self._exchange.go_on(held, call)
        except TimeoutError:
            raise self._timed_out(target, seconds, held.session) from None
        except IdleTimeout:
            raise self._idle(target) from None
        except QuestionUnusable as exc:
            raise asking.unusable(target, str(exc)) from exc
        return await self._outcome(answer, held.tool, _FIRST)

    async def _outcome(self, answer: object, tool: ToolInfo, begun: InputContinuation) -> ToolOutcome:
        if isinstance(answer, HeldCall):
            self._connection.answered(answer.session)
            continuation = HeldContinuation(key=self._held.hold(answer))
            return InputRequired(requests=(answer.open.asked.result(),), continuation=write(continuation))
        if (asked := asking.outcome_of(answer, tool, begun)) is not None:
            return asked
        return await self._results.read(answer, tool)

    async def _task_result(self, target: Target, session: Session, result: Json) -> ToolResult:
        try:
            tool = await self._tool(session, target)
        except (NotRun, ServerUnavailable, ToolMissing):
            # It did its work: that it is not listed now takes no more from the result than the schema to check it with.
            tool = ToolInfo(server=target.server, name=target.tool, description="", input_schema={})
        return await self._results.read(result, tool)

    @contextmanager
    def _failures(self, target: Target, session: Session, begun: InputContinuation) -> Generator[None]:
        """What the SDK raises around an answer as ours; without one of them, the server answered."""
        try:
            yield
        except MCPError as error:
            raise asking.expired(error, target, begun) or self._failed(error, target, session) from error
        except ValidationError as error:
            raise BadOutput(
                f"What tool {target.tool!r} of the tool server {target.server!r} answered is not MCP: "
                f"{first_fault(error)}.",
                server=target.server,
                tool=target.tool,
            ) from error
        self._connection.answered(session)

    async def _connected(self, target: Target) -> Session:
        try:
            return await self._connection.session()
        except ConnectFailed as error:
            failure = error.failure(
                f"The tool server {target.server!r} is not available: {error}", server=target.server, tool=target.tool
            )
            if error.again_in is None:
                raise failure from error
            raise NotRun(failure, again_in=error.again_in) from error

    async def _tool(self, session: Session, target: Target) -> ToolInfo:
        listing = session.listing.known()
        if listing is not None and (tool := listing.tools.get(target.tool)) is not None:
            return tool
        try:
            listing = await session.listing.fresh(not_older_than=UNLISTED_SECONDS)
        except (MCPError, ValidationError, ListUnusable) as error:
            failure = ServerUnavailable(
                f"The tool server {target.server!r} does not list its tools: {error}",
                server=target.server,
                tool=target.tool,
            )
            if isinstance(error, MCPError) and session_is_over(error, session.link):
                self._connection.lose(session)
                raise NotRun(failure) from error
            raise failure from error
        if (tool := listing.tools.get(target.tool)) is not None:
            return tool
        if self._options.tools is not None and target.tool not in self._options.tools:
            raise tool_not_allowed(target.server, target.tool)
        raise missing_tool(target.server, target.tool, listing.tools)

    def _failed(self, error: MCPError, target: Target, session: Session) -> Exception:
        if session_is_over(error, session.link):
            self._connection.lose(session)
        return call_failure(error, target, session.link)

    def _timed_out(self, target: Target, seconds: float, sent_in: Session | None) -> ToolTimeout:
        if sent_in is not None:
            self._note_silence(sent_in)
            what = "gave no answer"
        else:
            what = "could not be called, its server was still being connected,"
        return ToolTimeout(
            f"Tool {target.tool!r} of the tool server {target.server!r} {what} within {seconds:g} s.",
            server=target.server,
            tool=target.tool,
        )

    def _idle(self, target: Target) -> ToolTimeout:
        return ToolTimeout(
            f"Tool {target.tool!r} of the tool server {target.server!r} gave no sign of life for "
            f"{self._options.idle_timeout:g} s (the server's option 'idleTimeout').",
            server=target.server,
            tool=target.tool,
        )

    def _note_silence(self, session: Session) -> None:
        """End a session whose server stopped altogether, as opposed to one whose tool is slow."""
        received = session.link.received
        if received is None:
            return
        this = (session, received)
        self._silent_timeouts = self._silent_timeouts + 1 if this == self._last_timeout else 1
        self._last_timeout = this
        if self._silent_timeouts >= SILENT_TIMEOUTS:
            self._connection.lose(session)


def _not_open(target: Target) -> HeldCallLost:
    return HeldCallLost(
        f"The call of {target.tool!r} on the tool server {target.server!r} that waited for the answer is not open any "
        "more: its connection or its process ended.",
        server=target.server,
        tool=target.tool,
    )


def _lost_before(target: Target) -> ServerUnavailable:
    return ServerUnavailable(
        f"The connection to the tool server {target.server!r} was lost before {target.tool!r} had its turn.",
        server=target.server,
        tool=target.tool,
    )


def _continuation(call: ToolCall, target: Target) -> Continuation:
    if call.continuation is None:
        return _FIRST
    try:
        return read(call.continuation)
    except ValueError as exc:
        message = f"What tool {target.tool!r} of the tool server {target.server!r} needs to go on cannot be read."
        raise HeldCallLost(message, server=target.server, tool=target.tool) from exc


def _request(call: ToolCall, target: Target, begun: InputContinuation, session: Session) -> CallToolRequest:
    # The TypedDict names one key and lets others pass.
    meta = cast("RequestParamsMeta", {IDEMPOTENCY_KEY: call.idempotency_key, ATTEMPT: call.attempt})
    params = CallToolRequestParams(name=call.tool, arguments=call.arguments, _meta=meta)
    if session.is_legacy:
        # Only links are asked for like this there, and the answer is the call itself, made again.
        if any(answer.action is not ElicitationAction.ACCEPT for answer in call.answers.values()):
            raise asking.declined(target)
    elif begun.round:
        try:
            params.input_responses = responses(call.answers) if call.answers else None
        except QuestionUnusable as exc:
            raise asking.unusable(target, str(exc)) from exc
        params.request_state = begun.state
    return CallToolRequest(params=params)
