"""What each route needs of its caller, in the OpenAPI document: generated from what stands beside the route."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from callsheet.api.access import Access, GuardedRoute
from callsheet.api.schemas.errors import described
from callsheet.api.session_cookie import SessionCookie

_SCHEMES: Final[dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, `cs_…`."},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": SessionCookie().name,
        "description": (
            "A session: see `POST /api/session`. What changes something must come from our own page. Where browsers "
            f"come by https, its name is `{SessionCookie(secure=True).name}`."
        ),
    },
}
_SECURITY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"cookie": []}]
_UNKNOWN: Final = described("Nobody knows who calls: the credential is missing, none, or expired")
_FORBIDDEN: Final = described("The caller's role does not allow it, or another page sent it")
_INVALID: Final = described("The query has a parameter that the operation does not have, or one of one value twice")


def describe_access(app: FastAPI) -> None:
    """Let the OpenAPI document of `app` say of each operation who may have it, and what `GuardedRoute` refuses."""
    document_of_routes = app.openapi

    def openapi() -> dict[str, Any]:
        document = document_of_routes()
        if "securitySchemes" not in document["components"]:
            document["components"]["securitySchemes"] = _SCHEMES
            for context in iter_route_contexts(app.routes):
                route = context.original_route
                if isinstance(route, GuardedRoute):
                    _describe(document["paths"], context, route.access)
        return document

    app.openapi = openapi


def _describe(paths: dict[str, Any], context: RouteContext, access: Access) -> None:
    if access.public or context.path not in paths:
        return
    for method in context.methods or ():
        operation: dict[str, Any] = paths[context.path][method.lower()]
        operation["security"] = _SECURITY
        if access.scope is not None:
            operation["x-scope"] = access.scope.value
        responses = {"401": _UNKNOWN, "403": _FORBIDDEN, "422": _INVALID, **operation["responses"]}
        operation["responses"] = dict(sorted(responses.items()))
