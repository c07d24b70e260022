"""`tools/call`: submits a run, and then only follows it."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import anyio
from loguru import logger
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolRequestParams, CallToolResult, ElicitResult, InputRequiredResult
from pydantic import ValidationError

from callsheet.errors.access import Forbidden
from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import AlreadyAnswered, InputInvalid, StepNotWaiting
from callsheet.errors.service import ShuttingDown
from callsheet.mcp_endpoint.acting import to_its_end
from callsheet.mcp_endpoint.callers import caller_of, require_call, source_of
from callsheet.mcp_endpoint.clients import Client
from callsheet.mcp_endpoint.handles import Handles
from callsheet.mcp_endpoint.offers import Offer, Offers
from callsheet.mcp_endpoint.outcomes import refusal, refusal_of, result_of, unanswered
from callsheet.mcp_endpoint.parts import EndpointParts, OnDisconnect
from callsheet.mcp_endpoint.progress import RunProgress
from callsheet.mcp_endpoint.questions import Dismissed, Question
from callsheet.mcp_endpoint.requests import CallRequest, read_call
from callsheet.mcp_endpoint.seals import Seals
from callsheet.mcp_endpoint.tasks import Tasks
from callsheet.mcp_endpoint.watching import Asked, Ended, Gone, Hear, RunWatch, Stopping
from callsheet.runs.events import RunId
from callsheet.scenario.json import JsonObject

Context: TypeAlias = ServerRequestContext[Any, Any]
CallResult: TypeAlias = CallToolResult | InputRequiredResult | dict[str, Any]

_ROUNDS: Final = 5
"""How often a client may answer one question with what does not fit."""

_CANNOT: Final = "this client cannot show the question"
_OTHERS: Final = "somebody else is to answer it"
_FAILED: Final = "this client was asked, and failed to ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversation:
    """One call, at work."""

    parts: EndpointParts
    context: Context
    client: Client
    offer: Offer
    run_id: RunId
    responses: Mapping[str, ElicitResult]
    after: int


class Calls:
    """The use case, over the parts.

    Args:
        parts: of the system.
        offers: the scenarios that are tools.
        handles: the tools of the endpoint itself.
        tasks: makes tasks of runs.
        stopping: set when the service begins to stop.
    """

    def __init__(
        self, parts: EndpointParts, offers: Offers, handles: Handles, tasks: Tasks, stopping: asyncio.Event
    ) -> None:
        self._parts = parts
        self._offers = offers
        self._handles = handles
        self._tasks = tasks
        self._seals = Seals(parts.cipher)
        self._stopping = stopping

    async def call(self, context: Context, params: CallToolRequestParams) -> CallResult:
        """Answer one `tools/call`; what goes wrong in a run, or with its input, is a tool error.

        Raises:
            MCPError: -32602: there is no such tool, or the `requestState` is not one of its.
        """
        try:
            return await self._call(context, params)
        except CallsheetError as error:
            return refusal_of(error)
        except MCPError:
            raise
        # The SDK would answer a bare "Internal server error".
        except Exception as error:  # noqa: BLE001
            logger.opt(exception=error).error("The call of the MCP tool '{}' failed.", params.name[:128])
            return refusal("internal: Something failed inside the server; its log says what.")

    async def _call(self, context: Context, params: CallToolRequestParams) -> CallResult:
        request = read_call(context.params, params)
        if self._stopping.is_set():
            raise ShuttingDown
        caller = caller_of(context)
        parts = self._parts.seen_by(caller, source_of(context), request.traceparent)
        try:
            require_call(caller, request.name)
        except Forbidden as error:
            await parts.refuse(error, request.name)
        if self._handles.has(request.name):
            return await self._handles.call(parts, request)
        offer = await self._offers.find(request.name, caller)
        if offer is None:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {request.name}")
        if request.state is None:
            run_id, after = await self._submitted(parts, request), 0
        else:
            run_id, after = await self._resumed(parts, request, request.state)
        if request.wants_handle:
            return await self._handles.handle_of(parts, run_id)
        client = Client.of(context)
        if client.knows_tasks and request.state is None:
            return await self._guarded(parts, run_id, self._as_task(parts, run_id, offer, client))
        talk = _Conversation(
            parts=parts,
            context=context,
            client=client,
            offer=offer,
            run_id=run_id,
            responses=request.responses,
            after=after,
        )
        return await self._guarded(parts, run_id, self._converse(talk))

    async def _submitted(self, parts: EndpointParts, request: CallRequest) -> RunId:
        """The run that begins."""
        submit = parts.submit(request.name, request.arguments, request.idempotency_key)
        submitting = asyncio.create_task(submit)
        try:
            return (await to_its_end(submitting)).run_id
        except asyncio.CancelledError:
            if submitting.done() and submitting.exception() is None and not request.wants_handle:
                await self._left(parts, submitting.result().run_id)
            raise

    async def _resumed(self, parts: EndpointParts, request: CallRequest, token: str) -> tuple[RunId, int]:
        """The run that the client's `requestState` names, and how much of it was told already."""
        run_id = self._seals.run_of_state(token)
        if run_id is not None:
            with suppress(CallsheetError):
                state = await parts.runs.state(run_id)
                if state.scenario_id == request.name and await _is_same(parts, state.input, request.arguments):
                    return run_id, state.last_seq
        data = {"reason": "invalid_request_state"}
        raise MCPError(INVALID_PARAMS, "Invalid or expired requestState", data)

    async def _as_task(self, parts: EndpointParts, run_id: RunId, offer: Offer, client: Client) -> CallResult:
        """The result when the run ends soon, else a task."""
        async with self._watch(parts, run_id, client, None) as watch:
            stop = asyncio.create_task(watch.next())
            try:
                await asyncio.wait([stop], timeout=self._parts.options.task_grace)
                if stop.done() and isinstance(ended := stop.result(), Ended):
                    return _ended(ended, offer)
            finally:
                stop.cancel()
                await asyncio.gather(stop, return_exceptions=True)
        return await self._tasks.created(parts, run_id)

    def _watch(self, parts: EndpointParts, run_id: RunId, client: Client, hear: Hear | None) -> RunWatch:
        return RunWatch(parts.runs, parts.answers, run_id, hear=hear, stopping=self._stopping, gone=client.gone)

    async def _guarded(self, parts: EndpointParts, run_id: RunId, waiting: Awaitable[CallResult]) -> CallResult:
        """What comes of `waiting` for the run."""
        try:
            return await waiting
        except CallsheetError as error:
            return refusal_of(error, run_id)
        except asyncio.CancelledError:
            await self._left(parts, run_id)
            raise

    async def _left(self, parts: EndpointParts, run_id: RunId) -> None:
        """The client went away: that cancels its run only where the operator wants it."""
        if self._parts.options.on_disconnect is OnDisconnect.CANCEL and not self._stopping.is_set():
            with anyio.CancelScope(shield=True), suppress(CallsheetError):
                await parts.cancel(run_id, reason="disconnect")

    async def _converse(self, talk: _Conversation) -> CallResult:
        report = talk.context.session.report_progress
        progress = RunProgress(talk.offer.scenario, report, after=talk.after)
        known: frozenset[str] = frozenset()
        responses, rounds = dict(talk.responses), 0
        async with self._watch(talk.parts, talk.run_id, talk.client, progress.hear) as watch:
            while True:
                match await watch.next(known):
                    case Ended() as ended:
                        return _ended(ended, talk.offer)
                    case Stopping():
                        message = f"The service is stopping; the run {talk.run_id} goes on when it is back."
                        return refusal(f"{ShuttingDown.code}: {message}", talk.run_id)
                    case Gone():
                        await self._left(talk.parts, talk.run_id)
                        return refusal("The client went away.", talk.run_id)
                    case Asked(questions=questions):
                        taken = await self._answer(talk.parts, questions, responses)
                        known |= taken.keys
                        if taken.dismissed:
                            return unanswered(talk.run_id, questions, "nobody decided it")
                        left = [each for each in questions if each.key not in taken.keys]
                        if not left:
                            continue
                        asking = self._asks(talk, tuple(left), taken.complaint)
                        if asking is None:
                            return unanswered(talk.run_id, left, _why_not(left))
                        if not talk.client.may_be_asked_now:
                            return asking
                        if rounds >= _ROUNDS:
                            return unanswered(talk.run_id, left, taken.complaint or "it was not answered")
                        rounds += 1
                        try:
                            responses = await self._ask_now(talk, watch, asking, known, {each.key for each in left})
                        except (MCPError, ValidationError):
                            return unanswered(talk.run_id, left, _FAILED)

    async def _answer(
        self, parts: EndpointParts, questions: tuple[Question, ...], responses: Mapping[str, ElicitResult]
    ) -> "_Taken":
        """Give the run what the client answered."""
        taken: set[str] = set()
        complaint = ""
        for question in questions:
            try:
                answer = question.answer(responses)
                if answer is not None:
                    await to_its_end(parts.answer(question.run_id, question.path, answer))
                    taken.add(question.key)
            except Dismissed:
                return _Taken(keys=frozenset(taken), dismissed=True)
            except (AlreadyAnswered, StepNotWaiting):
                taken.add(question.key)  # somebody else was first
            except InputInvalid as error:
                complaint = error.message
        return _Taken(keys=frozenset(taken), complaint=complaint)

    def _asks(self, talk: _Conversation, questions: tuple[Question, ...], complaint: str) -> InputRequiredResult | None:
        """What to send to the client; None when it cannot show one of the questions."""
        requests = talk.client.requests(questions, complaint)
        if requests is None:
            return None
        return InputRequiredResult(input_requests=requests, request_state=self._seals.state(talk.run_id))

    async def _ask_now(
        self, talk: _Conversation, watch: RunWatch, asking: InputRequiredResult, known: frozenset[str], keys: set[str]
    ) -> dict[str, ElicitResult]:
        """Ask a client of the `initialize` era while its call is open; nothing when that is decided elsewhere."""
        answer = asyncio.create_task(talk.client.ask(asking.input_requests or {}))
        moved = asyncio.create_task(watch.next(known | keys))
        try:
            while True:
                await asyncio.wait([answer, moved], return_when=asyncio.FIRST_COMPLETED)
                if answer.done():
                    return answer.result()
                stop = moved.result()
                if not isinstance(stop, Asked) or not keys <= stop.open:
                    return {}
                known |= stop.open  # another branch asks too: its turn is next
                moved = asyncio.create_task(watch.next(known))
        finally:
            for task in (answer, moved):
                task.cancel()
            await asyncio.gather(answer, moved, return_exceptions=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    keys: frozenset[str]
    complaint: str = ""
    dismissed: bool = False


async def _is_same(parts: EndpointParts, kept: JsonObject, sent: JsonObject) -> bool:
    """Whether a run was begun with what is sent again: its input was kept without the secrets that it declares."""
    without_secrets = parts.runs.without_secrets
    return kept == sent or await without_secrets(kept) == await without_secrets(sent)


def _why_not(questions: Sequence[Question]) -> str:
    return _CANNOT if all(each.is_for_caller for each in questions) else _OTHERS


def _ended(ended: Ended, offer: Offer) -> CallToolResult:
    return result_of(ended.state, wraps=offer.wraps, declared=offer.tool.output_schema is not None)
