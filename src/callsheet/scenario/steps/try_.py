"""The `try` step: handlers for what fails inside, and steps that always run."""

import typing
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from callsheet.scenario.steps.base import BaseStep, Document, StepList, Steps


class Handler(Document):
    """Steps for some errors; they see the error as `error`.

    Attributes:
        errors: the codes that are handled; `*` stands for all that can be.
        steps: run in order.
    """

    errors: Annotated[tuple[str, ...], Field(min_length=1)] = ("*",)
    steps: Steps


class TryStep(BaseStep):
    """Runs its steps; when one fails, those of the first handler that takes the error. Its output is whichever's ran.

    Attributes:
        steps: run in order.
        catch: the handlers, looked at in order.
        finally_: steps that run at the end whatever happened, cancelled or out of time included; they give no output.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["catch"], "properties": {"catch": {"minItems": 1}}},
                {"required": ["finally"], "properties": {"finally": {"type": "array"}}},
            ]
        }
    )

    type: typing.Literal["try"]
    steps: Steps
    catch: tuple[Handler, ...] = ()
    finally_: Annotated[Steps | None, Field(alias="finally")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> typing.Self:
        if not self.catch and self.finally_ is None:
            raise ValueError("a try has 'catch' or 'finally', or both")
        return self

    def lists(self) -> tuple[StepList, ...]:
        """The body, the handlers' steps, and those of `finally`."""
        handlers = [
            StepList(
                pointer=f"/catch/{index}/steps",
                steps=handler.steps,
                label=f"catch {', '.join(handler.errors)}",
                roots=("error",),
            )
            for index, handler in enumerate(self.catch)
        ]
        last = [] if self.finally_ is None else [StepList(pointer="/finally", steps=self.finally_, label="finally")]
        return (StepList(pointer="/steps", steps=self.steps, label="try" if handlers or last else ""), *handlers, *last)
