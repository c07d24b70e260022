"""The JSON Schema of scenario documents, for editors that find it by a document's `$schema`."""

from importlib import resources
from typing import Any, Final

from fastapi import APIRouter, Response

from callsheet import scenario
from callsheet.api.access import GuardedRoute, open_to_all

_FILE: Final = "scenario.v1.schema.json"
_TYPE: Final = "application/schema+json"

router = APIRouter(tags=["workflow"], route_class=GuardedRoute)


class SchemaResponse(Response):
    """A JSON Schema (https://json-schema.org/draft/2020-12/json-schema-core, section 14)."""

    media_type = _TYPE


@router.get(
    f"/schemas/{_FILE}",
    response_class=SchemaResponse,
    summary="Get the JSON Schema of scenarios",
    description="Returns the schema (draft 2020-12) that editors complete and check documents with.",
    responses={200: {"description": "The schema", "content": {_TYPE: {"schema": dict[str, Any](type="object")}}}},
)
@open_to_all("Editors fetch the published schema.")
def get_scenario_schema() -> Response:
    """The file of the package, read in a thread."""
    return SchemaResponse(resources.files(scenario).joinpath(_FILE).read_bytes())
