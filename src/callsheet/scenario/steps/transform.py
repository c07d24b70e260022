"""The `transform` step: a value made of others, without any tool."""

import typing

from callsheet.scenario.steps.base import BaseStep, OwnValue, ValueField


class TransformStep(BaseStep):
    """Gives a value.

    Attributes:
        output: the value; it sees no `result`.
    """

    type: typing.Literal["transform"]
    output: ValueField  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride]: required here

    def values(self) -> tuple[OwnValue, ...]:
        """`when` and the value."""
        when = () if self.when is None else (OwnValue(pointer="/when", value=self.when),)
        return (*when, OwnValue(pointer="/output", value=self.output))
