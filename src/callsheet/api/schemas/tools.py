"""Tools as the API lists them."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from callsheet.runs.tools import ToolInfo


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
    def of(cls, tool: ToolInfo, drift: str | None = None) -> Self:
        """The tool as the API shows it."""
        return cls(
            name=tool.name,
            description=tool.description,
            input_schema=tool.input_schema,
            server=tool.server,
            output_schema=tool.output_schema,
            annotations=tool.annotations,
            drift=drift,
        )
