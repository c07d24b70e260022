"""Calls of tools outside of runs."""

from typing import Annotated, Any, Literal, Self, assert_never

from pydantic import BaseModel, ConfigDict, Field

from callsheet.errors.tools import ToolFailed
from callsheet.runs.playground import Played
from callsheet.runs.tools import (
    Elicitation,
    ElicitationAction,
    ElicitationAnswer,
    InputRequired,
    TaskCreated,
    TextBlock,
    ToolResult,
)

# `Any` in these models stands for JSON that was checked when it came in.


class AnswerGiven(BaseModel):
    """The answer to one question of a tool."""

    model_config = ConfigDict(extra="forbid")

    action: ElicitationAction
    content: dict[str, Any] | None = None

    def answer(self) -> ElicitationAnswer:
        """The answer."""
        return ElicitationAnswer(action=self.action, content=self.content)


class CallRequest(BaseModel):
    """One call; `continuation` and `answers` go on with one that asked something."""

    model_config = ConfigDict(extra="forbid")

    arguments: dict[str, Any] = Field(default_factory=dict[str, Any])
    timeout: Annotated[float | None, Field(gt=0, le=600, description="Seconds; the server's own by default.")] = None
    continuation: Annotated[str | None, Field(max_length=1_000_000)] = None
    answers: dict[str, AnswerGiven] = Field(default_factory=dict[str, AnswerGiven])


class LogLineShown(BaseModel):
    """A line that the tool logged."""

    level: str
    logger: str
    data: Any


class ProgressShown(BaseModel):
    """How far the tool was when it last said so."""

    progress: float
    total: float | None
    message: str


class Question(BaseModel):
    """A question of the tool: a form, or a link."""

    key: str
    message: str
    form_schema: dict[str, Any] | None
    url: str | None

    @classmethod
    def of(cls, question: Elicitation) -> Self:
        """The question as the API shows it."""
        return cls(key=question.key, message=question.message, form_schema=question.form_schema, url=question.url)


class CallResponse(BaseModel):
    """How the call ended: with a `result`, which may be an error of the tool, with questions, or as a task."""

    type: Literal["result", "input_required", "task"]
    is_error: Annotated[bool, Field(description="Whether the tool itself says that it failed; `message` says why.")]
    message: str
    content: Annotated[list[Any], Field(description="MCP's content blocks.")]
    structured: Any
    has_structured: bool
    requests: list[Question]
    continuation: Annotated[str | None, Field(description="Goes into the next call; only for this server and tool.")]
    logs: list[LogLineShown]
    progress: ProgressShown | None
    duration_ms: float

    @classmethod
    def of(cls, played: Played) -> Self:
        """The end of a call as the API shows it."""
        match played.outcome:
            case ToolResult() as result:
                content = [
                    {"type": "text", "text": block.text} if isinstance(block, TextBlock) else block.value
                    for block in result.content
                ]
                structured, has_structured = result.structured, result.has_structured
                return cls._around(
                    played, "result", content=content, structured=structured, has_structured=has_structured
                )
            case InputRequired() as question:
                return cls._around(played, "input_required", requests=[Question.of(each) for each in question.requests])
            case TaskCreated():
                return cls._around(played, "task")
            case ToolFailed() as failed:
                structured, has_structured = failed.data, failed.data is not None
                return cls._around(
                    played,
                    "result",
                    is_error=True,
                    message=failed.message,
                    structured=structured,
                    has_structured=has_structured,
                )
            case _:
                assert_never(played.outcome)

    @classmethod
    def _around(cls, played: Played, kind: Literal["result", "input_required", "task"], **more: Any) -> Self:
        said = played.said
        progress = said.last_progress
        none: dict[str, Any] = {
            "is_error": False,
            "message": "",
            "content": [],
            "structured": None,
            "has_structured": False,
            "requests": [],
        }
        return cls(
            type=kind,
            continuation=played.continuation,
            logs=[LogLineShown(level=level, logger=logger, data=data) for level, logger, data in said.lines],
            progress=progress and ProgressShown(progress=progress[0], total=progress[1], message=progress[2]),
            duration_ms=round(played.took.total_seconds() * 1000, 3),
            **(none | more),
        )
