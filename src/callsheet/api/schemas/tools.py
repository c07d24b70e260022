"""Tools as the API lists them."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from callsheet.lint.signatures import ToolSignature
from callsheet.runs.tools import ToolDescription, ToolInfo


class ToolSummary(BaseModel):
    """A tool as its server describes it; the schemas and annotations are the server's own."""

    name: str
    description: str
    input_schema: dict[str, Any]
    server: str
    output_schema: dict[str, Any] | None
    annotations: dict[str, Any] | None
    drift: Annotated[str | None, Field(description="What is not as it was locked, in lines; null when nothing is.")]

    @classmethod
    def of(cls, tool: ToolInfo, drift: str | None = None, **more: Any) -> Self:
        """The tool as the API shows it; `more` for the fields of subclasses."""
        return cls(
            name=tool.name,
            description=tool.description,
            input_schema=tool.input_schema,
            server=tool.server,
            output_schema=tool.output_schema,
            annotations=tool.annotations,
            drift=drift,
            **more,
        )


class LockedTool(BaseModel):
    """What was locked of a tool: as it was when somebody looked at it."""

    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    annotations: dict[str, Any] | None

    @classmethod
    def of(cls, signature: ToolSignature | None) -> Self | None:
        """The tool as `callsheet.lock` has it."""
        return None if signature is None else cls.model_validate(signature.promise())


class ToolDetail(ToolSummary):
    """A tool now, and as it was locked."""

    locked: Annotated[LockedTool | None, Field(description="As `callsheet.lock` has it; null when it was not locked.")]

    @classmethod
    def now_and_then(cls, found: ToolDescription) -> Self:
        """The tool as the API shows it."""
        drift = None if found.drift is None else found.drift.text()
        return cls.of(found.tool, drift, locked=LockedTool.of(found.locked))
