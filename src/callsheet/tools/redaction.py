"""What a tool server says, without the secrets that `mcp.json` gave it: it may repeat them anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from callsheet.errors import ToolCallFailed
from callsheet.runs.secrets import redact, redact_text
from callsheet.runs.tools import CallListener, Elicitation, InputRequired, ToolCall, ToolInfo, ToolOutcome
from callsheet.scenario.json import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Redaction:
    """Takes the `secrets` of one server out, by name, of all that is written or shown of it but results and schemas."""

    secrets: Mapping[str, str]

    def text(self, text: str) -> str:
        """`text` without them."""
        return redact_text(text, self.secrets)

    def clean(self, failure: ToolCallFailed) -> None:
        """Take them out of the words and data of `failure`."""
        if self.secrets:
            failure.args = (self.text(failure.message),)
            failure.data = redact(failure.data, self.secrets)

    def outcome(self, outcome: ToolOutcome) -> ToolOutcome:
        """`outcome`, whose questions are without them; a result is left as it is."""
        if not self.secrets or not isinstance(outcome, InputRequired):
            return outcome
        return replace(outcome, requests=tuple(map(self._question, outcome.requests)))

    def tool(self, tool: ToolInfo) -> ToolInfo:
        """`tool` with a description without them; a schema with a word replaced would be another schema."""
        return replace(tool, description=self.text(tool.description)) if self.secrets else tool

    def call(self, call: ToolCall) -> ToolCall:
        """`call`, whose listener hears nothing of them."""
        if not self.secrets or call.listener is None:
            return call
        return replace(call, listener=_Listener(call.listener, self))

    def _question(self, question: Elicitation) -> Elicitation:
        """The question; its `key` and `url` lead to what they name, and cannot be others."""
        form = cast("JsonObject | None", redact(question.form_schema, self.secrets))
        return replace(question, message=self.text(question.message), form_schema=form)


class _Listener:
    """A `CallListener` between the server and another one."""

    def __init__(self, inner: CallListener, redaction: Redaction) -> None:
        self._inner = inner
        self._redaction = redaction

    def progress(self, progress: float, total: float | None, message: str) -> None:
        """See `CallListener`."""
        self._inner.progress(progress, total, self._redaction.text(message))

    def log(self, level: str, logger: str, data: Json) -> None:
        """See `CallListener`."""
        known = redact(data, self._redaction.secrets)
        self._inner.log(level, self._redaction.text(logger), known)
