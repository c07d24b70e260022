"""The `approval` step: a person decides."""

import typing

from callsheet.scenario.durations import Duration
from callsheet.scenario.steps.base import BaseStep, JsonSchemaField, OnError, OwnValue, ValueField


class ApprovalStep(BaseStep):
    """Asks a person; the run is parked until somebody answers. Its output is `{approved, by, comment, data}`.

    Attributes:
        message: what is asked.
        assignees: who may answer; empty means anybody. Of known callers: `ada`, `key:ada`, `user:7`.
        form_schema: a JSON Schema that the answer's `data` must fit; without one, no data is asked for.
        timeout: how long somebody may take to answer.
        on_reject: `fail` with `ApprovalRejected`, or `continue` with `approved` false.
        on_timeout: `fail` with `ApprovalTimeout`, or `continue` with `approved` false.
    """

    type: typing.Literal["approval"]
    message: ValueField
    assignees: tuple[str, ...] = ()
    form_schema: JsonSchemaField | None = None
    timeout: Duration = 604800.0  # pyright: ignore[reportIncompatibleVariableOverride]: seven days instead of none
    on_reject: OnError = OnError.FAIL
    on_timeout: OnError = OnError.FAIL

    def own_values(self) -> tuple[OwnValue, ...]:
        """The message."""
        return (OwnValue(pointer="/message", value=self.message),)
