"""The `switch` step: the first case whose condition holds."""

import typing

from pydantic import Field

from callsheet.scenario.steps.base import BaseStep, ConditionField, Document, OwnValue, StepList, Steps


class Case(Document):
    """One way to go, taken when `when` gives true and no case before it did.

    Attributes:
        when: a condition over the same names as the step's own `when`.
        steps: run in order.
    """

    when: ConditionField
    steps: Steps


class SwitchStep(BaseStep):
    """Runs the steps of one case; its output is theirs, null when no case holds and there is no `default`.

    Attributes:
        cases: looked at in order.
        default: the steps to run when no case holds.
    """

    type: typing.Literal["switch"]
    cases: typing.Annotated[tuple[Case, ...], Field(min_length=1, max_length=100)]
    default: Steps | None = None

    def lists(self) -> tuple[StepList, ...]:
        """The steps of each case, those of `default` last."""
        cases = [
            StepList(pointer=f"/cases/{index}/steps", steps=case.steps, label=case.when.expression.source)
            for index, case in enumerate(self.cases)
        ]
        default = [] if self.default is None else [StepList(pointer="/default", steps=self.default, label="default")]
        return (*cases, *default)

    def own_values(self) -> tuple[OwnValue, ...]:
        """The conditions."""
        return tuple(OwnValue(pointer=f"/cases/{index}/when", value=case.when) for index, case in enumerate(self.cases))
