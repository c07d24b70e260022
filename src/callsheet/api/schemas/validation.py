"""Checking a document that is not saved."""

from itertools import islice
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from callsheet.api.schemas.scenarios import ScenarioProblem
from callsheet.lint.data_edges import DataEdge, data_edges
from callsheet.lint.document import Reading
from callsheet.runs.saving import has_error
from callsheet.scenario.source import Syntax

MAX_REFERENCES: Final = 5_000
"""In one answer; an expression may have 4,096 characters."""


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


class StepReference(BaseModel):
    """An expression of one step that names another step: data flows along it."""

    from_step: Annotated[str, Field(description="The step that is named.")]
    to_step: Annotated[str | None, Field(description="Whose field it is; null for the document's `output`.")]
    pointer: Annotated[str, Field(description="Where the expression stands in the document, as a JSON pointer.")]
    expression: str

    @classmethod
    def of(cls, edge: DataEdge) -> Self:
        """The edge as the API shows it."""
        return cls(
            from_step=edge.source.step.name,
            to_step=None if edge.target is None else edge.target.step.name,
            pointer=edge.pointer,
            expression=edge.expression.source,
        )


class ValidateResponse(BaseModel):
    """What the checker says; `valid` is true when none of it is an error."""

    valid: bool
    diagnostics: list[ScenarioProblem]
    references: Annotated[
        list[StepReference],
        Field(description=f"Which steps name which, {MAX_REFERENCES:,} at most; none of what is no scenario at all."),
    ]

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """The answer for a document that was read."""
        edges = () if reading.parsed is None else islice(data_edges(reading.parsed), MAX_REFERENCES)
        return cls(
            valid=not has_error(reading.diagnostics),
            diagnostics=[ScenarioProblem.of(diagnostic) for diagnostic in reading.diagnostics],
            references=[StepReference.of(edge) for edge in edges],
        )
