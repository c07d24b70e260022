"""Checking a document that is not saved."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from callsheet.api.schemas.scenarios import ScenarioProblem
from callsheet.scenario.source import Syntax


class ValidateRequest(BaseModel):
    """Either a `document`, or the `source` text of one and its `syntax`."""

    model_config = ConfigDict(extra="forbid")

    document: Annotated[Any, Field(description="The document as JSON; its diagnostics have no lines.")] = None
    source: Annotated[str | None, Field(description="The text of a document.")] = None
    syntax: Annotated[Syntax, Field(description="Of `source`.")] = Syntax.JSON

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if ("document" in self.model_fields_set) == (self.source is not None):
            raise ValueError("give either 'document', or 'source' and 'syntax'")
        return self


class ValidateResponse(BaseModel):
    """What the checker says; `valid` is true when none of it is an error."""

    valid: bool
    diagnostics: list[ScenarioProblem]
