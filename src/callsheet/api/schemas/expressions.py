"""Previews of expressions."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class EvaluateRequest(BaseModel):
    """Either an `expression`, or a `value` in any form of the language, and what it sees: `data`, or what a run had."""

    model_config = ConfigDict(extra="forbid")

    expression: Annotated[str | None, Field(description="A JMESPath expression.")] = None
    value: Annotated[Any, Field(description='Such as `{"template": "It is ${input.n}"}`.')] = None
    data: Annotated[dict[str, Any], Field(default_factory=dict[str, Any], description="`input`, `steps`, `vars`, …")]
    run_id: Annotated[
        str | None, Field(max_length=64, description="Instead of `data`: the roots are those of this run.")
    ] = None
    step_path: Annotated[
        str | None,
        Field(
            max_length=2_000,
            description="A step of the run, which need not have begun: the roots as it saw them. Without it, those at "
            "the end of the document's steps.",
        ),
    ] = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if ("value" in self.model_fields_set) == (self.expression is not None):
            raise ValueError("give either 'expression' or 'value'")
        if self.run_id is not None and "data" in self.model_fields_set:
            raise ValueError("give either 'data' or 'run_id'")
        if self.step_path is not None and self.run_id is None:
            raise ValueError("'step_path' is of a run: give its 'run_id', too")
        return self


class EvaluateResponse(BaseModel):
    """What it evaluates to. `missing`: there is no value, so a step would leave the key out or take its default."""

    result: Any
    missing: bool
