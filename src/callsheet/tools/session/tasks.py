"""Tasks of tool servers (MCP extension io.modelcontextprotocol/tasks, SEP-2663): requests, and what is told of them."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from mcp_types import InputResponses, Request, RequestParams

from callsheet.scenario.json import Json, JsonObject
from callsheet.tools.faults import plain

EXTENSION: Final = "io.modelcontextprotocol/tasks"
RESULT_TYPE: Final = "task"

SHORTEST_INTERVAL: Final = 0.1
LONGEST_INTERVAL: Final = 30.0
USUAL_INTERVAL: Final = 1.0
LONGEST_ID: Final = 4_096

Status: TypeAlias = Literal["working", "input_required", "completed", "cancelled", "failed"]


class TaskParams(RequestParams):
    """Names a task."""

    task_id: str


class UpdateTaskParams(TaskParams):
    """Answers questions of a task."""

    input_responses: InputResponses


class GetTask(Request[TaskParams, Literal["tasks/get"]]):
    """How is the task?"""

    method: Literal["tasks/get"] = "tasks/get"
    params: TaskParams
    name_param = "taskId"


class UpdateTask(Request[UpdateTaskParams, Literal["tasks/update"]]):
    """Here are answers."""

    method: Literal["tasks/update"] = "tasks/update"
    params: UpdateTaskParams
    name_param = "taskId"


class CancelTask(Request[TaskParams, Literal["tasks/cancel"]]):
    """Nobody wants the result any more."""

    method: Literal["tasks/cancel"] = "tasks/cancel"
    params: TaskParams
    name_param = "taskId"


TaskRequest: TypeAlias = GetTask | UpdateTask | CancelTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task, as its server tells of it.

    Attributes:
        poll_interval: seconds, within our bounds.
        result: of a completed task: what the call would have given.
        error: of a failed task: the JSON-RPC error.
        input_requests: what a task that waits for input asks.
    """

    task_id: str
    status: Status
    message: str
    poll_interval: float
    result: Json = None
    error: JsonObject | None = None
    input_requests: Json = None


class TaskUnreadable(Exception):
    """The server tells of a task in a way that MCP does not know. The text says what is wrong."""


def read_task(raw: Json) -> Task:
    """The task that `raw`, the result of a `tools/call` or `tasks/get`, tells of.

    Raises:
        TaskUnreadable: it does not.
    """
    match raw:
        case {"taskId": str() as task_id, "status": str() as status} if 0 < len(task_id) <= LONGEST_ID:
            message, error = raw.get("statusMessage"), raw.get("error")
            return Task(
                task_id=task_id,
                status=_status(status),
                message=plain(message, 1_000) if isinstance(message, str) else "",
                poll_interval=_interval(raw.get("pollIntervalMs")),
                result=raw.get("result"),
                error=error if isinstance(error, dict) else None,
                input_requests=raw.get("inputRequests"),
            )
        case _:
            raise TaskUnreadable("it tells of a task without saying which, or how it is")


def _status(text: str) -> Status:
    match text:
        case "working" | "input_required" | "completed" | "cancelled" | "failed":
            return text
        case _:
            raise TaskUnreadable(f"it says that its task is {plain(text, 40)!r}, which MCP does not know")


def _interval(milliseconds: Json) -> float:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return USUAL_INTERVAL
    return min(max(milliseconds / 1000, SHORTEST_INTERVAL), LONGEST_INTERVAL)
