"""The HTTP app, put together from the parts it is given."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from callsheet.api.draining import Draining
from callsheet.api.errors import on_callsheet_error, on_http_exception, on_validation_error
from callsheet.api.middleware.body import Bodies
from callsheet.api.middleware.failures import Failures
from callsheet.api.middleware.headers import SecurityHeaders
from callsheet.api.middleware.hosts import Hosts
from callsheet.api.middleware.target import Target
from callsheet.api.options import ApiOptions
from callsheet.api.parts import Parts
from callsheet.api.routes import (
    answers,
    events,
    expressions,
    health,
    revisions,
    runs,
    scenarios,
    schemas,
    tools,
    validation,
)
from callsheet.api.workbench import Workbench
from callsheet.errors import CallsheetError
from callsheet.runs.answers import Answers
from callsheet.runs.ports import Catalog
from callsheet.runs.saving import SavedScenarios
from callsheet.runs.service import RunService
from callsheet.runs.tools import Tools

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
    journal_check: Callable[[], Awaitable[None]],
    draining: Draining,
    options: ApiOptions,
) -> FastAPI:
    """The app over running parts. It neither starts nor stops them, and has no lifespan of its own.

    Args:
        runs: submits, shows, follows and cancels runs.
        answers: answers steps that wait for a person.
        catalog: the scenarios that can be run.
        saved: saves scenarios.
        tools: the tool servers.
        journal_check: `Journal.check`, for `/readyz`.
        draining: begins when the service is to stop: streams end, `/readyz` says no, new runs are refused.
        options: limits, names and the version.
    """
    parts = Parts(
        runs=runs,
        answers=answers,
        catalog=catalog,
        saved=saved,
        tools=tools,
        journal_check=journal_check,
        draining=draining,
        options=options,
        workbench=Workbench(),
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
    return app


def _include_routes(app: FastAPI) -> None:
    for resource in (runs, events, answers, scenarios, revisions, validation, expressions, schemas, tools, health):
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
