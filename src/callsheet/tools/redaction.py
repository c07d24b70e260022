"""What a tool server says, without secrets: those that `mcp.json` gave it, and those that calls brought it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from callsheet.errors.tools import ToolCallFailed
from callsheet.runs.redaction.aside import clean_json_aside, clean_text_aside
from callsheet.runs.redaction.redactor import Redactor
from callsheet.runs.redaction.results import clean_result
from callsheet.runs.redaction.split import Words
from callsheet.runs.tools import (
    CallListener,
    Elicitation,
    InputRequired,
    ToolCall,
    ToolInfo,
    ToolOutcome,
    ToolResult,
)
from callsheet.scenario.json import Json, JsonObject

Known = Callable[[], Redactor]
"""Gives the redactor of all secrets that the process knows by now."""


class Redaction:
    """Takes secrets out, by name, of all that one server says: it may repeat them anywhere.

    Args:
        secrets: of the server, by name.
        known: gives a redactor that knows these and those of all others; without it, these are all there are.
    """

    def __init__(self, secrets: Mapping[str, str], known: Known | None = None) -> None:
        own = Redactor(secrets.items())
        self.redactor: Known = known or (lambda: own)

    def text(self, text: str) -> str:
        """`text` without them."""
        return self.redactor().text(text)

    async def clean(self, failure: ToolCallFailed) -> None:
        """Take them out of the words and data of `failure`."""
        redactor = self.redactor()
        if redactor:
            failure.args = (await clean_text_aside(failure.message, redactor),)
            failure.data = await clean_json_aside(failure.data, redactor)

    async def outcome(self, outcome: ToolOutcome) -> ToolOutcome:
        """`outcome` with a result, or questions, without them."""
        redactor = self.redactor()
        if isinstance(outcome, ToolResult):
            return await clean_result(outcome, redactor)
        if not redactor or not isinstance(outcome, InputRequired):
            return outcome
        return replace(outcome, requests=await asyncio.to_thread(_questions, outcome.requests, redactor))

    def tool(self, tool: ToolInfo) -> ToolInfo:
        """`tool`, whose name, description, schemas and annotations are without them."""
        redactor = self.redactor()
        if not redactor:
            return tool
        return replace(
            tool,
            name=redactor.text(tool.name),
            description=redactor.text(tool.description),
            input_schema=_object(tool.input_schema, redactor) or {},
            output_schema=_object(tool.output_schema, redactor),
            annotations=_object(tool.annotations, redactor),
        )

    def call(self, call: ToolCall) -> ToolCall:
        """`call`, whose listener hears nothing of them."""
        redactor = self.redactor()
        if not redactor or call.listener is None:
            return call
        return replace(call, listener=_Listener(call.listener, Words(redactor)))


def _questions(questions: Sequence[Elicitation], redactor: Redactor) -> tuple[Elicitation, ...]:
    return tuple(_question(each, redactor) for each in questions)


def _question(question: Elicitation, redactor: Redactor) -> Elicitation:
    return Elicitation(
        key=redactor.text(question.key),
        message=redactor.text(question.message),
        form_schema=_object(question.form_schema, redactor),
        url=None if question.url is None else redactor.text(question.url),
    )


def _object(value: JsonObject | None, redactor: Redactor) -> JsonObject | None:
    return cast("JsonObject | None", redactor.json(value))


class _Listener:
    """A `CallListener` between the server and another one."""

    def __init__(self, inner: CallListener, words: Words) -> None:
        self._inner = inner
        self._words = words

    def progress(self, progress: float, total: float | None, message: str) -> None:
        """See `CallListener`."""
        self._inner.progress(progress, total, self._words.text(message))

    def log(self, level: str, logger: str, data: Json) -> None:
        """See `CallListener`."""
        self._inner.log(level, self._words.text(logger), self._words.json(data))
