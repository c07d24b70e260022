"""The HTTP app, put together from the parts it is given."""

from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from callsheet.api.access import Access, Guarded, GuardedPages, guard_rest, require_guards
from callsheet.api.docs_page import DocsPage
from callsheet.api.errors import on_callsheet_error, on_http_exception, on_validation_error
from callsheet.api.middleware.body import Bodies
from callsheet.api.middleware.callers import Callers
from callsheet.api.middleware.failures import Failures
from callsheet.api.middleware.headers import SecurityHeaders
from callsheet.api.middleware.hosts import Hosts
from callsheet.api.middleware.pace import Pace
from callsheet.api.middleware.rates import caller_rates, source_rates
from callsheet.api.middleware.requests import Requests
from callsheet.api.middleware.target import Target
from callsheet.api.parts import Parts
from callsheet.api.resources import DESCRIPTION, TITLE, include_probes, include_routes
from callsheet.errors.kinds import CallsheetError

_PAGES: Final = Access(public="Pages hold no data: they ask the API for all that they show.")


def create_app(parts: Parts, *, mcp: ASGIApp | None = None, web: BaseRoute | None = None) -> FastAPI:
    """The app over running parts. It neither starts nor stops them, and has no lifespan of its own.

    Args:
        parts: what the routes work with.
        mcp: serves `/mcp`, behind the same middleware as everything else; None when it is not served.
        web: serves what nothing else here does, such as pages; None when that is a 404.
    """
    options = parts.options
    app = FastAPIOffline(  # the API page must come up on a machine without the internet
        docs_url="/docs",
        redoc_url=None,
        title=TITLE,
        version=options.version,
        description=DESCRIPTION,
        redirect_slashes=False,  # one names http, which is what we see behind TLS: keys would follow
        middleware=_middleware(parts),
    )
    app.state.parts = parts
    _handle_errors(app)
    for route in app.router.routes:  # so far only the API's own pages, which the framework made
        if isinstance(route, Route) and route.path.startswith("/docs"):
            route.app = DocsPage(route.app)
    guard_rest(app.router.routes, Access())
    include_routes(app)
    if mcp is not None:
        app.router.routes.append(Route("/mcp", endpoint=Guarded(mcp, Access(), "/mcp")))
    if web is not None:
        app.router.routes.append(GuardedPages(web, _PAGES))
    require_guards(app)
    return app


def create_probes(parts: Parts) -> FastAPI:
    """The app of a process that executes runs and has no API: `/metrics`, `/healthz` and `/readyz`, guarded alike."""
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, middleware=_middleware(parts)
    )
    app.state.parts = parts
    _handle_errors(app)
    include_probes(app)
    require_guards(app)
    return app


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(CallsheetError, on_callsheet_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_validation_error)


def _middleware(parts: Parts) -> list[Middleware]:
    """Outermost first."""
    options = parts.options
    rates = options.rates
    return [
        Middleware(Requests, observer=parts.observer, sources=options.sources),
        Middleware(SecurityHeaders),
        Middleware(Failures),
        Middleware(Pace),
        Middleware(Hosts, allowed=options.allowed_hosts),
        Middleware(Target),
        *(source_rates(rates, options.sources) if rates else ()),
        Middleware(Callers, gate=parts.gate, sources=options.sources, cookie=options.cookie),
        *(caller_rates(rates) if rates else ()),
        Middleware(Bodies, limit=options.max_body, seconds=options.body_timeout),
    ]
