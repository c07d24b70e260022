"""Previews of expressions."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class EvaluateRequest(BaseModel):
    """Either an `expression`, or a `value` in any form of the language, and the roots that it sees."""

    model_config = ConfigDict(extra="forbid")

    expression: Annotated[str | None, Field(description="A JMESPath expression.")] = None
    value: Annotated[Any, Field(description='Such as `{"template": "It is ${input.n}"}`.')] = None
    data: Annotated[dict[str, Any], Field(default_factory=dict[str, Any], description="`input`, `steps`, `vars`, …")]

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if ("value" in self.model_fields_set) == (self.expression is not None):
            raise ValueError("give either 'expression' or 'value'")
        return self


class EvaluateResponse(BaseModel):
    """What it evaluates to. `missing`: there is no value, so a step would leave the key out or take its default."""

    result: Any
    missing: bool
