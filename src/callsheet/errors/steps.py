"""What a scenario can see: a step failed."""

from typing import Any

from callsheet.errors.kinds import CallsheetError


class StepFailure(CallsheetError):
    """A step failed in a way that the scenario can see.

    Args:
        message: a sentence that names what failed and where.
        code: one of the error codes of the scenario language, such as `ToolError`; the class's own by default.
        data: what else is known, as JSON.
    """

    code = "Internal"

    def __init__(self, message: str, *, code: str | None = None, data: Any = None) -> None:
        super().__init__(message)
        self.step_code = code or type(self).code
        self.data = data
