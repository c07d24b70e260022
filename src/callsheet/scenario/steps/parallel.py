"""The `parallel` step: branches at the same time."""

import typing

from pydantic import Field

from callsheet.scenario.json import escape
from callsheet.scenario.steps.base import BaseStep, Concurrency, Name, StepList, Steps


class ParallelStep(BaseStep):
    """Runs its branches at the same time; the first failure cancels the others.

    Attributes:
        branches: lists of steps by name; the step's output has the output of each under its name.
        max_concurrency: how many branches are at work at once; without it, all.
    """

    type: typing.Literal["parallel"]
    branches: typing.Annotated[dict[Name, Steps], Field(min_length=1, max_length=50)]
    max_concurrency: Concurrency | None = None

    def lists(self) -> tuple[StepList, ...]:
        """The branches."""
        return tuple(
            StepList(pointer=f"/branches/{escape(name)}", steps=steps, label=name, concurrent=True)
            for name, steps in self.branches.items()
        )
