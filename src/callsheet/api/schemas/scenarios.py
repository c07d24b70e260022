"""Scenarios as the API lists them."""

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, Field

from callsheet.runs.ports import CatalogEntry
from callsheet.runs.texts import ScenarioText
from callsheet.scenario.diagnostics import Diagnostic, Severity
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.source import Syntax

SAVED: Final = "saved"

Origin = Annotated[str, Field(description="The file it is, which is changed there; or `saved`.")]


class ScenarioProblem(BaseModel):
    """One thing about the document that its author should know; an `error` keeps it from running."""

    code: str
    severity: Severity
    pointer: str
    message: str
    hint: str
    line: int
    column: int

    @classmethod
    def of(cls, diagnostic: Diagnostic) -> Self:
        """The diagnostic as the API shows it."""
        return cls(
            code=diagnostic.code,
            severity=diagnostic.severity,
            pointer=diagnostic.pointer,
            message=diagnostic.message,
            hint=diagnostic.hint,
            line=diagnostic.line,
            column=diagnostic.column,
        )


class ScenarioSummary(BaseModel):
    """A scenario of the index. Of a broken one, what could be read, and `problems` says what is wrong."""

    scenario_id: str
    name: str
    description: str
    input_schema: dict[str, Any]
    revision: str
    tags: list[str]
    output_schema: dict[str, Any] | None
    problems: list[ScenarioProblem]
    source: Origin
    read_only: Annotated[bool, Field(description="Whether it is a file, which cannot be saved over.")]

    @classmethod
    def of(cls, entry: CatalogEntry) -> Self:
        """The summary of a document, which need not be a valid scenario."""
        document = entry.document or {}
        tags = document.get("tags")
        return cls(
            scenario_id=entry.scenario_id,
            name=_text(document.get("name")) or entry.scenario_id,
            description=_text(document.get("description")),
            input_schema=_object(document.get("input_schema")) or {},
            revision=entry.revision,
            tags=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
            output_schema=_object(document.get("output_schema")),
            problems=[ScenarioProblem.of(problem) for problem in entry.problems],
            source=origin_of(entry),
            read_only=entry.read_only,
        )


class ScenarioTextBody(BaseModel):
    """The text of a scenario, as an editor shows it."""

    scenario_id: str
    source: Annotated[str, Field(description="The text: of a file as it is, else the document as indented JSON.")]
    syntax: Annotated[Syntax, Field(description="Of the text.")]
    path: Annotated[str | None, Field(description="The file; null for a saved scenario.")]
    read_only: bool
    revision: Annotated[str, Field(description="Of the document, for `If-Match`; empty when there is none.")]

    @classmethod
    def of(cls, entry: CatalogEntry, found: ScenarioText) -> Self:
        """The text as the API shows it."""
        return cls(
            scenario_id=entry.scenario_id,
            source=found.text,
            syntax=found.syntax,
            path=entry.source if entry.read_only else None,
            read_only=entry.read_only,
            revision=entry.revision,
        )


def origin_of(entry: CatalogEntry) -> str:
    """Where a scenario is kept: the file, or `saved`."""
    return entry.source if entry.read_only else SAVED


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _object(value: Json) -> JsonObject | None:
    return value if isinstance(value, dict) else None
