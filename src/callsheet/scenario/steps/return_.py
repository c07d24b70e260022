"""The `return` step: the run ends here, with success."""

import typing

from callsheet.scenario.steps.base import BaseStep, OwnValue


class ReturnStep(BaseStep):
    """Ends the run with success. Not inside `parallel` or `foreach`.

    Attributes:
        output: the run's output; without it, null.
    """

    type: typing.Literal["return"]

    def values(self) -> tuple[OwnValue, ...]:
        """`when` and the output."""
        when = () if self.when is None else (OwnValue(pointer="/when", value=self.when),)
        return (*when, *(() if self.output is None else (OwnValue(pointer="/output", value=self.output),)))
