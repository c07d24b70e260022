"""How a list of steps ends before its last step."""

from callsheet.runs.events import RunError
from callsheet.scenario.json import Json


class StepFailed(Exception):
    """A step ended failed and its list does not go on."""

    def __init__(self, error: RunError) -> None:
        super().__init__(error.message)
        self.error = error


class Returned(Exception):
    """A `return` step ends the run with success."""

    def __init__(self, output: Json) -> None:
        super().__init__("return")
        self.output = output
