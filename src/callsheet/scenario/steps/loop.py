"""The `loop` step: the same steps again until a condition holds, such as polling a job until it is done."""

import typing

from pydantic import Field

from callsheet.scenario.durations import Duration
from callsheet.scenario.steps.base import BaseStep, ConditionField, OnError, OwnValue, StepList, Steps


class LoopStep(BaseStep):
    """Repeats its steps; its output is the last pass's.

    Attributes:
        steps: run in order in each pass.
        until: a condition, looked at after each pass, sees the steps of that pass; true ends the loop.
        max_iterations: how many passes there are at most.
        delay: the wait between two passes.
        on_exhausted: after the last pass without `until`: `fail` with `LoopExhausted`, or `continue` with what follows.
    """

    type: typing.Literal["loop"]
    steps: Steps
    until: ConditionField
    max_iterations: typing.Annotated[int, Field(ge=1, le=1000, strict=True)]
    delay: Duration | None = None
    on_exhausted: OnError = OnError.FAIL

    def lists(self) -> tuple[StepList, ...]:
        """The steps of one pass."""
        return (StepList(pointer="/steps", steps=self.steps),)

    def own_values(self) -> tuple[OwnValue, ...]:
        """The condition."""
        return (OwnValue(pointer="/until", value=self.until, after="/steps"),)
