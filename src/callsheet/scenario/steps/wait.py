"""The `wait` step: nothing happens for a while, or until a moment."""

import typing

from pydantic import ConfigDict, model_validator

from callsheet.scenario.durations import Duration
from callsheet.scenario.steps.base import BaseStep, OwnValue, ValueField


class WaitStep(BaseStep):
    """Waits; the run is parked meanwhile. Its output is null.

    Attributes:
        duration: how long, from when the step begins.
        until: a value that gives a moment, as an RFC 3339 text; one that is over does not wait.
    """

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["duration"]}, {"required": ["until"]}]})

    type: typing.Literal["wait"]
    duration: Duration | None = None
    until: ValueField | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> typing.Self:
        if (self.duration is None) == (self.until is None):
            raise ValueError("a wait has either 'duration' or 'until'")
        return self

    def own_values(self) -> tuple[OwnValue, ...]:
        """The moment."""
        return () if self.until is None else (OwnValue(pointer="/until", value=self.until),)
