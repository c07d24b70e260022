"""Waiting for the tasks of a server: looked at now and then, answered when they ask, over lost connections."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar, cast

from mcp import MCPError
from mcp_types import INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, EmptyResult
from pydantic import TypeAdapter, ValidationError

from callsheet.errors.tools import (
    HeldCallLost,
    RateLimited,
    ServerUnavailable,
    ToolCallFailed,
    ToolFailed,
    ToolTimeout,
    TransportLost,
)
from callsheet.runs.events import RunId
from callsheet.runs.tools import InputRequired, ToolCall, ToolOutcome, ToolResult
from callsheet.scenario.json import Json, NotJson, check_json, is_object
from callsheet.tools.calls.asking import unusable
from callsheet.tools.calls.continuations import TaskContinuation, write
from callsheet.tools.faults import plain
from callsheet.tools.session.causes import NotRun, Target, call_failure, session_is_over
from callsheet.tools.session.connection import Session
from callsheet.tools.session.elicitation import QuestionUnusable, questions, responses
from callsheet.tools.session.tasks import (
    CancelTask,
    GetTask,
    Task,
    TaskParams,
    TaskRequest,
    TaskUnreadable,
    UpdateTask,
    UpdateTaskParams,
    read_task,
)

LONGEST_TASK: Final = 24 * 3600.0
"""Seconds that a task may take when its step sets no `timeout`."""

MOST_HICCUPS: Final = 10
"""Looks in a row that a server may answer with an error of its own before the task counts as lost."""

_FINAL: Final = frozenset({INVALID_REQUEST, INVALID_PARAMS, METHOD_NOT_FOUND})
"""Codes of JSON-RPC that say that the server does not know the task; what it says with others may pass."""

_AGAIN: Final = 1.0
_GOODBYE: Final = 5.0
_Answer = TypeVar("_Answer")

Reading = Callable[[Session, Json], Awaitable[ToolResult]]
"""Reads what a task gave, as the result of its call."""


class _Hiccup(Exception):
    """The server could not answer this time."""


class Polling:
    """Waits for the tasks of one server.

    Args:
        connected: the open session, or one that is opened now.
        lose: lets go of a session that is over.
        look: seconds that the server has to answer one look at a task.
    """

    def __init__(
        self, connected: Callable[[Target], Awaitable[Session]], lose: Callable[[Session], None], look: float
    ) -> None:
        self._connected = connected
        self._lose = lose
        self._look = look
        self._as_it_came = cast("TypeAdapter[EmptyResult]", TypeAdapter(object))
        self._at_work: dict[str, tuple[RunId | None, Target]] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()

    def created(self, run_id: RunId | None, target: Target, task: TaskContinuation) -> None:
        """There is a task now; from here on the end of its run stops it."""
        if run_id is not None:
            self._at_work[task.task_id] = (run_id, target)

    async def wait(self, call: ToolCall, target: Target, task: TaskContinuation, read: Reading) -> ToolOutcome:
        """The task's result, or what it asks. `read` reads the result; its second argument is that of the task.

        Raises:
            HeldCallLost: the server does not know the task.
            ToolCallFailed: the call failed; see `ServerCalls.call`.
        """
        seconds = LONGEST_TASK if call.timeout is None else call.timeout
        self.created(call.run_id, target, task)
        try:
            async with asyncio.timeout(seconds):
                outcome = await self._poll(call, target, task, read)
        except TimeoutError:
            self._cancel(task.task_id, target)
            raise ToolTimeout(
                f"The task of tool {target.tool!r} of the tool server {target.server!r} did not end within "
                f"{seconds:g} s. It was asked to stop.",
                server=target.server,
                tool=target.tool,
            ) from None
        except ToolCallFailed:
            self._at_work.pop(task.task_id, None)
            raise
        if isinstance(outcome, ToolResult):
            self._at_work.pop(task.task_id, None)
        return outcome

    def release(self, run_id: RunId) -> None:
        """The run has ended: stop its tasks, as far as this process knows of them."""
        for task_id, target in [(name, target) for name, (owner, target) in self._at_work.items() if owner == run_id]:
            self._cancel(task_id, target)

    async def close(self) -> None:
        """Wait for the last goodbyes."""
        if self._goodbyes:
            await asyncio.wait(self._goodbyes, timeout=_GOODBYE)

    def end(self) -> None:
        """Wait for no task any more: there will be no connection over which to look at one."""
        self._ended.set()

    async def _poll(self, call: ToolCall, target: Target, waited: TaskContinuation, read: Reading) -> ToolOutcome:
        params, asked, told = TaskParams(task_id=waited.task_id), waited.asked, ""
        if call.answers:
            await self._update(call, target, waited.task_id)
            asked = (*asked, *call.answers)
        while True:
            session, raw = await self._insist(target, GetTask(params=params))
            task = self._task(raw, target)
            if task.task_id != waited.task_id:
                raise unusable(target, "it was asked how its task is, and told of another one")
            if task.message != told and call.listener is not None:
                told = task.message
                call.listener.log("info", "task", told)
            match task.status:
                case "completed":
                    return await read(session, task.result)
                case "failed" | "cancelled":
                    raise _failed(task, target)
                case "input_required":
                    if (question := _question(task, asked, target)) is not None:
                        return question
                case "working":
                    pass
            await self._pause(task.poll_interval)

    async def _update(self, call: ToolCall, target: Target, task_id: str) -> None:
        try:
            params = UpdateTaskParams(task_id=task_id, input_responses=responses(call.answers))
        except QuestionUnusable as exc:
            raise unusable(target, str(exc)) from exc
        await self._insist(target, UpdateTask(params=params))

    async def _insist(self, target: Target, request: TaskRequest) -> tuple[Session, Json]:
        """Ask until the server answers: the task lives there, whatever becomes of the connection.

        Raises:
            ToolCallFailed: asking again will not help.
        """
        hiccups = 0
        while True:
            try:
                session = await self._connected(target)
                async with asyncio.timeout(self._look):
                    return session, await self._ask(session, target, request)
            except _Hiccup as exc:
                hiccups += 1
                if hiccups > MOST_HICCUPS:
                    raise _forgotten(str(exc), target) from exc
                pause = _AGAIN
            except NotRun as exc:
                pause = max(exc.again_in, _AGAIN)
            except HeldCallLost:
                raise
            except (TimeoutError, TransportLost, ServerUnavailable, RateLimited):
                pause = _AGAIN  # also until somebody has signed in: a failure would have the tool called again
            if self._ended.is_set():
                raise _left_alone(target)
            await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        """Return after so many seconds, or when nobody waits for tasks any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    async def _ask(self, session: Session, target: Target, request: TaskRequest) -> Json:
        try:
            return check_json(await session.mcp.send_request(request, self._as_it_came))
        except MCPError as error:
            if session_is_over(error, session.link):
                self._lose(session)
            failure = call_failure(error, target, session.link)
            if not isinstance(failure, ToolFailed):
                raise failure from error
            if error.error.code not in _FINAL:
                raise _Hiccup(error.error.message) from error
            raise _forgotten(error.error.message, target) from error
        except (ValidationError, NotJson) as error:
            raise unusable(target, "what it tells of its task cannot be read") from error

    def _task(self, raw: Json, target: Target) -> Task:
        try:
            return read_task(raw)
        except TaskUnreadable as exc:
            raise unusable(target, str(exc)) from exc

    def _cancel(self, task_id: str, target: Target) -> None:
        self._at_work.pop(task_id, None)
        goodbye = asyncio.create_task(self._say_goodbye(task_id, target))
        self._goodbyes.add(goodbye)
        goodbye.add_done_callback(self._goodbyes.discard)

    async def _say_goodbye(self, task_id: str, target: Target) -> None:
        with suppress(TimeoutError, ToolCallFailed, NotRun, _Hiccup):
            async with asyncio.timeout(_GOODBYE):
                session = await self._connected(target)
                await self._ask(session, target, CancelTask(params=TaskParams(task_id=task_id)))


def _question(task: Task, asked: tuple[str, ...], target: Target) -> InputRequired | None:
    """What the task asks and was not told yet; its answers may take a while to be seen."""
    requests = task.input_requests
    new: Json = {key: each for key, each in requests.items() if key not in asked} if is_object(requests) else requests
    if new == {} and requests:
        return None
    try:
        found = questions(new)
    except QuestionUnusable as exc:
        raise unusable(target, str(exc)) from exc
    continuation = TaskContinuation(task_id=task.task_id, poll_interval=task.poll_interval, asked=asked)
    return InputRequired(requests=found, continuation=write(continuation))


def _forgotten(words: str, target: Target) -> HeldCallLost:
    message = f"The tool server {target.server!r} does not go on with its task: {plain(words)}"
    return HeldCallLost(message, server=target.server, tool=target.tool)


def _left_alone(target: Target) -> TransportLost:
    return TransportLost(
        f"The task of tool {target.tool!r} of the tool server {target.server!r} was still at work when the pool of "
        "tool servers was closed.",
        server=target.server,
        tool=target.tool,
    )


def _failed(task: Task, target: Target) -> ToolFailed:
    message = task.error.get("message") if task.error is not None else None
    reason = plain(message) if isinstance(message, str) else task.message or f"its task was {task.status}"
    return ToolFailed(
        f"Tool {target.tool!r} of the tool server {target.server!r} failed: {reason}",
        server=target.server,
        tool=target.tool,
        data=None if task.error is None else dict(task.error),
    )
