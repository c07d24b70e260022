"""The `scenario` step: another scenario as a run of its own."""

import typing
from typing import Annotated

from pydantic import Field

from callsheet.scenario.steps.base import BaseStep, InputField, OwnValue
from callsheet.scenario.values import Literal

SCENARIO_ID_PATTERN: typing.Final = r"^[a-z][a-z0-9_-]{0,127}$"

ScenarioId = Annotated[str, Field(pattern=SCENARIO_ID_PATTERN)]


class ScenarioStep(BaseStep):
    """Runs another scenario; its output is that run's.

    Attributes:
        scenario_id: which scenario.
        revision: runs exactly this revision of it; without one, what is current when the step begins.
        input: the other run's input; never an expression itself, its values are.
    """

    type: typing.Literal["scenario"]
    scenario_id: ScenarioId
    revision: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    input: InputField = Literal({})

    def own_values(self) -> tuple[OwnValue, ...]:
        """The input."""
        return (OwnValue(pointer="/input", value=self.input),)
