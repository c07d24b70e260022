"""Answers to a `tools/call` that are no results: questions, and tasks (MCP 2026-07-28)."""

from typing import Final, cast

from mcp import MCPError

from callsheet.errors.tools import BadOutput, ContinuationExpired, ToolFailed
from callsheet.runs.tools import InputRequired, TaskCreated, ToolInfo, ToolOutcome
from callsheet.scenario.json import Json, NotJson, check_json, is_object
from callsheet.tools.calls.continuations import LONGEST, InputContinuation, TaskContinuation, write
from callsheet.tools.session.causes import Target
from callsheet.tools.session.elicitation import QuestionUnusable, questions
from callsheet.tools.session.tasks import RESULT_TYPE, TaskUnreadable, read_task

MOST_ROUNDS: Final = 10
"""How often one call may be answered with questions, or with the wish to be asked again."""

_ASKS: Final = "input_required"
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 0.25


def again_of(answer: object, begun: InputContinuation) -> InputContinuation | None:
    """What the call is made again with at once, when the server asks nothing but that."""
    match answer:
        case {"resultType": "input_required", "requestState": str() as state} if begun.round < MOST_ROUNDS:
            requests = cast("dict[str, object]", answer).get("inputRequests")
            return None if requests else InputContinuation(state=state, round=begun.round + 1)
        case _:
            return None


def pause(round_: int) -> float:
    """Seconds before a call is made again that was answered with nothing but state."""
    return min(_FIRST_PAUSE * 2 ** min(round_ - 1, 8), _LONGEST_PAUSE)


def outcome_of(answer: object, tool: ToolInfo, begun: InputContinuation) -> ToolOutcome | None:
    """The question or the task that `answer` is; None for anything else.

    Raises:
        BadOutput: it is one that cannot be used.
        ToolFailed: the tool asked too often.
    """
    target = Target(server=tool.server, tool=tool.name)
    kind = cast("dict[str, object]", answer).get("resultType") if isinstance(answer, dict) else None
    if kind not in {_ASKS, RESULT_TYPE}:
        return None
    try:
        raw = check_json(cast("object", answer))
        if kind == RESULT_TYPE:
            task = read_task(raw)
            return TaskCreated(
                continuation=write(TaskContinuation(task_id=task.task_id, poll_interval=task.poll_interval))
            )
        return _question(raw, target, begun)
    except (NotJson, QuestionUnusable, TaskUnreadable) as exc:
        raise unusable(target, str(exc)) from exc


def expired(error: MCPError, target: Target, begun: InputContinuation) -> Exception | None:
    """The failure of a leg whose state the server does not take any more; None for other errors."""
    data: object = error.error.data
    match data:
        case {"reason": "invalid_request_state"} if begun.round:
            return ContinuationExpired(
                f"The tool server {target.server!r} does not accept the state of the call of {target.tool!r} any more.",
                server=target.server,
                tool=target.tool,
            )
        case _:
            return None


def declined(target: Target) -> ToolFailed:
    """The failure of a call that needs what the person did not want to give."""
    return ToolFailed(
        f"Tool {target.tool!r} of the tool server {target.server!r} needs an answer, and it was declined.",
        server=target.server,
        tool=target.tool,
    )


def unusable(target: Target, reason: str) -> BadOutput:
    """The failure of a call whose question or task cannot be used."""
    return BadOutput(
        f"What tool {target.tool!r} of the tool server {target.server!r} answered cannot be used: {reason}.",
        server=target.server,
        tool=target.tool,
    )


def _question(raw: Json, target: Target, begun: InputContinuation) -> InputRequired:
    number = begun.round + 1
    if number > MOST_ROUNDS:
        raise ToolFailed(
            f"Tool {target.tool!r} of the tool server {target.server!r} asked {MOST_ROUNDS} times and did not end.",
            server=target.server,
            tool=target.tool,
        )
    fields = raw if is_object(raw) else {}
    state = fields.get("requestState")
    if state is not None and (not isinstance(state, str) or len(state) > LONGEST):
        raise QuestionUnusable(f"its state is no text of at most {LONGEST} characters")
    found = questions(fields.get("inputRequests"))
    return InputRequired(requests=found, continuation=write(InputContinuation(state=state, round=number)))
