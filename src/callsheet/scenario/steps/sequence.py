"""The `sequence` step: several steps as one, for a common `when`, `timeout`, `retry` or `on_error`."""

import typing

from callsheet.scenario.steps.base import BaseStep, StepList, Steps


class SequenceStep(BaseStep):
    """Runs its steps in order; its output is the last one's.

    Attributes:
        steps: run in order.
    """

    type: typing.Literal["sequence"]
    steps: Steps

    def lists(self) -> tuple[StepList, ...]:
        """The steps."""
        return (StepList(pointer="/steps", steps=self.steps),)
