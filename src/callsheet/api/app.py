"""The HTTP app, put together from the parts it is given."""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp

from callsheet.api.draining import Draining
from callsheet.api.errors import on_callsheet_error, on_http_exception, on_validation_error
from callsheet.api.middleware.body import Bodies
from callsheet.api.middleware.failures import Failures
from callsheet.api.middleware.headers import SecurityHeaders
from callsheet.api.middleware.hosts import Hosts
from callsheet.api.middleware.target import Target
from callsheet.api.options import ApiOptions
from callsheet.api.overview import item_block
from callsheet.api.parts import Parts
from callsheet.api.routes import (
    answers,
    bulk,
    control,
    events,
    expressions,
    health,
    overview,
    revisions,
    runs,
    scenarios,
    schedules,
    schemas,
    tool_servers,
    tools,
    validation,
)
from callsheet.api.routes import hooks as hook_routes
from callsheet.api.routes import playground as play
from callsheet.api.workbench import Workbench
from callsheet.errors import CallsheetError
from callsheet.runs.answers import Answers
from callsheet.runs.playground import Playground
from callsheet.runs.ports import Catalog
from callsheet.runs.saving import SavedScenarios
from callsheet.runs.service import RunService
from callsheet.runs.tools import Tools
from callsheet.runs.triggers.desk import TriggerDesk
from callsheet.runs.triggers.hooks import Hooks

_DESCRIPTION = (
    "Scenarios are declared in JSON or YAML and call MCP tools, step by step. A run is its journal: every event is "
    "stored before anybody sees it, and can be read from any point."
)


def create_app(
    *,
    runs: RunService,
    answers: Answers,
    catalog: Catalog,
    saved: SavedScenarios,
    tools: Tools,
    playground: Playground,
    triggers: TriggerDesk,
    hooks: Hooks,
    journal_check: Callable[[], Awaitable[None]],
    draining: Draining,
    options: ApiOptions,
    mcp: ASGIApp | None = None,
    on_saved: Callable[[], None] | None = None,
) -> FastAPI:
    """The app over running parts. It neither starts nor stops them, and has no lifespan of its own.

    Args:
        runs: submits, shows, follows and cancels runs.
        answers: answers steps that wait for a person.
        catalog: the scenarios that can be run.
        saved: saves scenarios.
        tools: the tool servers.
        playground: calls tools outside of runs.
        triggers: the schedules and hooks.
        hooks: takes the requests to hooks.
        journal_check: `Journal.check`, for `/readyz`.
        draining: begins when the service is to stop: streams end, `/readyz` says no, new runs are refused.
        options: limits, names and the version.
        mcp: serves `/mcp`, behind the same middleware as everything else; None when it is not served.
        on_saved: called when a scenario was saved.
    """
    parts = Parts(
        runs=runs,
        feed=runs.feed(item_block),
        answers=answers,
        catalog=catalog,
        saved=saved,
        tools=tools,
        playground=playground,
        triggers=triggers,
        hooks=hooks,
        journal_check=journal_check,
        draining=draining,
        options=options,
        workbench=Workbench(),
        on_saved=on_saved,
    )
    app = FastAPIOffline(  # the API page must come up on a machine without the internet
        docs_url="/docs",
        redoc_url=None,
        title="Callsheet",
        version=options.version,
        description=_DESCRIPTION,
        middleware=_middleware(options),
    )
    app.state.parts = parts
    app.add_exception_handler(CallsheetError, on_callsheet_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    _include_routes(app)
    if mcp is not None:
        app.router.routes.append(Route("/mcp", endpoint=mcp))
    return app


_RESOURCES: Final = (
    runs,
    bulk,
    control,
    events,
    overview,
    answers,
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
    health,
)


def _include_routes(app: FastAPI) -> None:
    for resource in _RESOURCES:
        app.include_router(resource.router)


def _middleware(options: ApiOptions) -> list[Middleware]:
    """Outermost first."""
    return [
        Middleware(SecurityHeaders),
        Middleware(Failures),
        Middleware(Hosts, allowed=options.allowed_hosts),
        Middleware(Target),
        Middleware(Bodies, limit=options.max_body, seconds=options.body_timeout),
    ]
