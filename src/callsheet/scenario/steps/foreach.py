"""The `foreach` step: the same steps for each item of a list."""

import typing
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from callsheet.scenario.steps.base import BaseStep, Concurrency, Name, OwnValue, StepList, Steps, ValueField

ROOTS: Final = ("input", "steps", "vars", "env", "secrets", "run", "error", "result")


def _no_root(name: str) -> str:
    if name in ROOTS:
        raise ValueError(f"'{name}' is a name that expressions have already; choose another")
    return name


LoopName = Annotated[Name, AfterValidator(_no_root)]


class ForeachStep(BaseStep):
    """Runs its steps once for each item; the output is a list of the items' length and order, null where one failed.

    Attributes:
        items: a value that gives the list.
        as_: how expressions call the item.
        index_as: how expressions call the item's number, which counts from 0.
        max_concurrency: how many items are at work at once.
        max_items: how long the list may be; a longer one is `LimitExceeded`.
        tolerated_failure_percentage: how many of 100 items may fail before the step does.
        steps: run in order for each item.
    """

    type: typing.Literal["foreach"]
    items: ValueField
    as_: Annotated[LoopName, Field(alias="as")] = "item"
    index_as: LoopName = "index"
    max_concurrency: Concurrency = 1
    max_items: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 1000
    tolerated_failure_percentage: Annotated[float, Field(ge=0, le=100, strict=True)] = 0
    steps: Steps

    def lists(self) -> tuple[StepList, ...]:
        """The steps of one item."""
        return (StepList(pointer="/steps", steps=self.steps, roots=(self.as_, self.index_as), concurrent=True),)

    def own_values(self) -> tuple[OwnValue, ...]:
        """The items."""
        return (OwnValue(pointer="/items", value=self.items),)
