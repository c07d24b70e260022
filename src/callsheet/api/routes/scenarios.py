"""The scenario catalog."""

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Header, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, needs
from callsheet.api.etags import etag, is_known
from callsheet.api.identifiers import scenario_id_of
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.scenarios import ScenarioSummary, ScenarioTextBody
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.runs.ports import CatalogEntry
from callsheet.runs.texts import text_of

router = APIRouter(prefix="/api", tags=["workflow"], route_class=GuardedRoute)

_EXAMPLE: Final = {
    "schema_version": "1",
    "scenario_id": "news_source_discovery_v1",
    "name": "News Source Discovery V1",
    "description": "Find earliest news source using sequential MCP tools.",
    "input_schema": {
        "type": "object",
        "required": ["url"],
        "properties": {"url": {"type": "string", "description": "URL of source news article"}},
    },
    "steps": [
        {
            "name": "search_news_sources",
            "type": "tool",
            "tool": "search_news_sources",
            "input": {"url": {"from": "input.url"}},
            "required_input_fields": ["url"],
        }
    ],
}


@router.get(
    "/scenarios",
    response_model=list[ScenarioSummary],
    summary="List available scenarios",
    description="Returns metadata (id, name, description, input schema) for every scenario in the index.",
)
@needs(Scope.SCENARIOS_READ)
async def get_scenarios(parts: TheParts) -> list[ScenarioSummary]:
    """Every scenario, broken ones included."""
    return [ScenarioSummary.of(entry) for entry in await parts.catalog.list()]


@router.get(
    "/scenarios/{scenario_id}",
    response_model=dict[str, Any],
    summary="Get full scenario definition",
    description="Returns the raw scenario JSON (including the `steps` graph) for UI visualization.",
    responses={
        200: {
            "description": "Scenario definition",
            "content": {"application/json": {"example": _EXAMPLE}},
        },
        304: {"description": "The caller has this revision"},
        404: described("Unknown scenario_id"),
        422: described("Validation Error"),
    },
)
@needs(Scope.SCENARIOS_READ)
async def get_scenario(
    scenario_id: str,
    parts: TheParts,
    if_none_match: Annotated[str | None, Header(description="A revision that the caller has already.")] = None,
) -> Response:
    """The document as it was written."""
    entry = await parts.catalog.get(scenario_id_of(scenario_id))
    if entry.document is None:
        raise _unreadable(entry)
    headers = {"ETag": etag(entry.revision)}
    if is_known(if_none_match, entry.revision):
        return Response(status_code=304, headers=headers)
    return Response(orjson.dumps(entry.document), media_type="application/json", headers=headers)


@router.get(
    "/scenarios/{scenario_id}/source",
    response_model=ScenarioTextBody,
    summary="Get the text of a scenario",
    description=(
        "Returns the text of the scenario's file with its comments, also of one that is broken; of a saved scenario "
        "the document as indented JSON. `POST /api/scenarios/validate` takes `source` and `syntax` as they are here."
    ),
    responses={
        404: described("Unknown scenario_id, or there is no text that could be read"),
        422: described("Validation Error"),
        503: described("Too many texts are asked for"),
    },
)
@needs(Scope.SCENARIOS_READ)
async def get_scenario_source(scenario_id: str, parts: TheParts) -> ScenarioTextBody:
    """What an editor shows."""
    entry = await parts.catalog.get(scenario_id_of(scenario_id))
    found = await parts.workbench.run(lambda: text_of(entry))
    if found is None:
        raise _unreadable(entry)
    return ScenarioTextBody.of(entry, found)


def _unreadable(entry: CatalogEntry) -> ScenarioNotFound:
    reasons = " ".join(problem.message for problem in entry.problems)
    return ScenarioNotFound(f"The scenario '{entry.scenario_id}' in {entry.source} cannot be read: {reasons}")
