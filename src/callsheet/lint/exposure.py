"""W260: a scenario that cannot be offered as an MCP tool, and why; `callsheet.mcp_endpoint` leaves it out."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.schema import Schema, SchemaInvalid

RESERVED: Final = frozenset(
    {"callsheet_start", "callsheet_status", "callsheet_events", "callsheet_answer", "callsheet_cancel"}
)
"""The names of the tools that the endpoint itself has."""


class Obstacle(NamedTuple):
    """What keeps a scenario from being a tool: where, and a sentence."""

    pointer: str
    message: str
    hint: str


def obstacle(scenario: Scenario) -> Obstacle | None:
    """Why no MCP client can be offered the scenario; None when nothing keeps it from that."""
    if scenario.scenario_id in RESERVED:
        message = f"The scenario is not offered as an MCP tool: '{scenario.scenario_id}' is a tool of Callsheet's own."
        return Obstacle("/scenario_id", message, "Give it another scenario_id.")
    if scenario.input_schema is not None and scenario.input_schema.get("type") != "object":
        message = "The scenario is not offered as an MCP tool: its input_schema does not say that it is an object."
        return Obstacle("/input_schema", message, 'Add "type": "object".')
    return None


def not_offered(survey: Survey) -> Iterator[Diagnostic]:
    """W260: the scenario is left out of what MCP clients see."""
    found = obstacle(survey.scenario)
    if found is not None and _is_usable(survey.scenario.input_schema):
        yield Diagnostic(code="W260", pointer=found.pointer, message=found.message, hint=found.hint)


def _is_usable(schema: JsonObject | None) -> bool:
    """Whether the schema is one at all; where it is none, E100 says so."""
    try:
        Schema(schema or {})
    except SchemaInvalid:
        return False
    return True
