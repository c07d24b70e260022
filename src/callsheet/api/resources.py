"""The routes of the API, all of them, and what its page says of it."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from callsheet.api.access_schemas import describe_access
from callsheet.api.event_schemas import describe_events
from callsheet.api.refusal_schemas import describe_refusals
from callsheet.api.routes import (
    answers,
    audit,
    bulk,
    control,
    events,
    expressions,
    health,
    keys,
    metrics,
    openid,
    overview,
    revisions,
    runs,
    scenarios,
    schedules,
    schemas,
    secrets,
    session,
    stats,
    tool_servers,
    tools,
    validation,
)
from callsheet.api.routes import hooks as hook_routes
from callsheet.api.routes import playground as play
from callsheet.api.routes import settings as setting_routes

TITLE: Final = "Callsheet"

DESCRIPTION: Final = (
    "Scenarios are declared in JSON or YAML and call MCP tools, step by step. A run is its journal: every event is "
    "stored before anybody sees it, and can be read from any point."
)

_RESOURCES: Final = (
    runs,
    bulk,
    control,
    events,
    overview,
    answers,
    stats,
    scenarios,
    revisions,
    validation,
    expressions,
    schemas,
    tools,
    tool_servers,
    play,
    schedules,
    hook_routes,
    setting_routes,
    session,
    keys,
    secrets,
    audit,
    openid,
    health,
    metrics,
)


def include_probes(app: FastAPI) -> None:
    """Add to `app` what asks how the process is, and nothing of what it does."""
    for resource in (health, metrics):
        app.include_router(resource.router)


def include_routes(app: FastAPI) -> None:
    """Add every route to `app`, and to its OpenAPI document what the streams send and who may have what."""
    app.router.routes.extend(_routes())
    describe_events(app)
    describe_refusals(app)
    describe_access(app)


@cache
def _routes() -> Sequence[BaseRoute]:
    """All routes. What FastAPI takes from their signatures is the same for every app, and is read once."""
    together = APIRouter()
    for resource in _RESOURCES:
        together.include_router(resource.router)
    return tuple(together.routes)
