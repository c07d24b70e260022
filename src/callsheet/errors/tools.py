"""A tool was not called, or its call gave no result."""

from typing import Any, ClassVar

from callsheet.errors.kinds import Unavailable
from callsheet.errors.steps import StepFailure


class ToolsUnavailable(Unavailable):
    """No tool server could be asked for its tools."""

    code = "tools.unavailable"


class ToolCallFailed(StepFailure):
    """A tool call gave no result. `ran` tells whether the tool did run: True, False, or None for unknown."""

    ran: ClassVar[bool | None] = None

    def __init__(self, message: str, *, server: str, tool: str, data: Any = None) -> None:
        super().__init__(message, data=data)
        self.server = server
        self.tool = tool


class ServerUnavailable(ToolCallFailed):
    """The tool server could not be reached; the tool did not run."""

    code = "ServerUnavailable"
    ran = False


class AuthRequired(ServerUnavailable):
    """The tool server wants credentials that it was not given."""


class RateLimited(ToolCallFailed):
    """The tool server refuses more calls for now."""

    code = "RateLimited"
    ran = False


class TransportLost(ToolCallFailed):
    """The connection broke after the call was sent; whether the tool ran is not known."""

    code = "TransportError"


class ContinuationExpired(ToolCallFailed):
    """The tool server does not accept the state of the interrupted call any more; the tool did nothing since."""

    code = "TransportError"
    ran = False


class HeldCallLost(TransportLost):
    """The call that waited for an answer was lost with its connection; what the tool did is not known."""


class ToolTimeout(ToolCallFailed):
    """No answer within the deadline; the tool may still be running."""

    code = "Timeout"


class ToolFailed(ToolCallFailed):
    """The tool itself answered with an error."""

    code = "ToolError"
    ran = True


class ToolMissing(ToolCallFailed):
    """No configured server offers this tool, or several do."""

    code = "ToolNotFound"
    ran = False


class ToolForbidden(ToolMissing):
    """The run, or its scenario, may not call this tool. The tool server did not hear of the call."""


class DefinitionChanged(ToolMissing):
    """The tool is not what was locked, and is refused. `data` has what changed, a line each."""


class BadOutput(ToolCallFailed):
    """The tool answered with something that is not what it promised."""

    code = "OutputInvalid"
    ran = True


class OutputTooLarge(ToolCallFailed):
    """The tool's answer is over the size limit."""

    code = "LimitExceeded"
    ran = True
