"""The events of the streams in the OpenAPI document, which knows of no stream's events by itself."""

from typing import Any, Final

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from callsheet.api.schemas.events import OverviewEvent, RunEvent

_STREAMS: Final = {"/api/runs/{run_id}/events": RunEvent.__name__, "/api/events": OverviewEvent.__name__}


def describe_events(app: FastAPI) -> None:
    """Let the OpenAPI document of `app` have a schema for each event, under the name of its model."""
    document_of_routes = app.openapi

    def openapi() -> dict[str, Any]:
        document = document_of_routes()
        schemas: dict[str, Any] = document["components"]["schemas"]
        if RunEvent.__name__ not in schemas:
            schemas |= {name: each for name, each in _event_schemas().items() if name not in schemas}
            document["components"]["schemas"] = dict(sorted(schemas.items()))
            for path, events in _STREAMS.items():
                _describe_stream(document["paths"][path]["get"], events)
        return document

    app.openapi = openapi


def _describe_stream(operation: dict[str, Any], events: str) -> None:
    """Before OpenAPI 3.2, the schema of a stream is that of each event in it."""
    operation["responses"]["200"]["content"]["text/event-stream"]["schema"] = {
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": {"type": "string", "description": "The `type` of `data`."},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": f"#/components/schemas/{events}"},
            },
            "id": {"type": "string", "description": "Where a stream that broke off goes on after."},
            "retry": {"type": "integer", "description": "Milliseconds."},
        },
    }


def _event_schemas() -> dict[str, Any]:
    _, found = models_json_schema(
        [(RunEvent, "serialization"), (OverviewEvent, "serialization")], ref_template="#/components/schemas/{model}"
    )
    return found["$defs"]
