"""What a request is refused for before its route sees it, in the OpenAPI document: the same for every operation."""

from typing import Any, Final

from fastapi import FastAPI

from callsheet.api.schemas.errors import described

_TARGET: Final[dict[str, dict[str, Any]]] = {
    "400": described("The path or the query string has a NUL character, or is not UTF-8"),
}
_BODY: Final[dict[str, dict[str, Any]]] = {
    "400": described("The JSON is broken or forbidden"),
    "408": described("The body did not arrive in time"),
    "413": described("The body is too large"),
    "415": described("The body is not JSON in UTF-8"),
}


def describe_refusals(app: FastAPI) -> None:
    """Let the OpenAPI document of `app` say of each operation how it is refused, where its route does not."""
    document_of_routes = app.openapi

    def openapi() -> dict[str, Any]:
        document = document_of_routes()
        for path in document["paths"].values():
            for operation in path.values():
                added = _BODY if "requestBody" in operation else _TARGET if "parameters" in operation else {}
                operation["responses"] = dict(sorted({**added, **operation["responses"]}.items()))
        return document

    app.openapi = openapi
