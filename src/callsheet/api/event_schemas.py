"""The events of the streams in the OpenAPI document, which knows of no stream's events by itself."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from callsheet.api.schemas.events import OverviewEvent, RunEvent


def describe_events(app: FastAPI) -> None:
    """Let the OpenAPI document of `app` have a schema for each event, under the name of its model."""
    document_of_routes = app.openapi

    def openapi() -> dict[str, Any]:
        document = document_of_routes()
        schemas: dict[str, Any] = document["components"]["schemas"]
        if RunEvent.__name__ not in schemas:
            schemas |= {name: each for name, each in _event_schemas().items() if name not in schemas}
            document["components"]["schemas"] = dict(sorted(schemas.items()))
        return document

    app.openapi = openapi


def _event_schemas() -> dict[str, Any]:
    _, found = models_json_schema(
        [(RunEvent, "serialization"), (OverviewEvent, "serialization")], ref_template="#/components/schemas/{model}"
    )
    return found["$defs"]
