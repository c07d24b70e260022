"""Scenarios as the API lists them."""

from typing import Any, Self

from pydantic import BaseModel

from callsheet.runs.ports import CatalogEntry
from callsheet.scenario.diagnostics import Diagnostic, Severity
from callsheet.scenario.json import Json, JsonObject


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
        )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _object(value: Json) -> JsonObject | None:
    return value if isinstance(value, dict) else None
