"""Executes `fail` steps."""

import orjson

from callsheet.errors.steps import StepFailure
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.scope import Scope
from callsheet.runs.steps.pure import PureExecutor
from callsheet.scenario.json import Json
from callsheet.scenario.steps.fail import FailStep
from callsheet.scenario.values import or_null


class FailExecutor(PureExecutor):
    """The executor of `FailStep`."""

    async def prepare(self, step: FailStep, scope: Scope) -> Json:
        """The code and the message."""
        message = or_null(await scope.evaluate(step.message))
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        return {"code": step.code, "message": text}

    async def attempt(self, step: FailStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Fail."""
        message = prepared["message"] if isinstance(prepared, dict) else ""
        raise StepFailure(str(message), code=step.code)
