"""The `fail` step: the author's own error."""

import typing
from typing import Annotated

from pydantic import AfterValidator, Field

from callsheet.scenario.steps.base import BaseStep, OwnValue, ValueField

UNCATCHABLE: typing.Final = frozenset({"LimitExceeded", "Cancelled", "Internal"})
"""Codes that no retry, `on_error` or `catch` takes."""


CODE: typing.Final = r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"
"""How an error code is written, an author's or Callsheet's own."""


def _own(code: str) -> str:
    if code in UNCATCHABLE:
        raise ValueError(f"'{code}' is a code of Callsheet's own that cannot be caught; choose another")
    return code


class FailStep(BaseStep):
    """Fails with an error of the author's; unless something around it catches that, the run ends failed.

    Attributes:
        code: the error's code, for `catch` and for readers.
        message: a sentence for a person.
    """

    type: typing.Literal["fail"]
    code: Annotated[str, Field(pattern=CODE), AfterValidator(_own)] = "ScenarioFailed"
    message: ValueField

    def own_values(self) -> tuple[OwnValue, ...]:
        """The message."""
        return (OwnValue(pointer="/message", value=self.message),)
