"""How bodies are refused, in the OpenAPI document: the same for every operation that takes one."""

from typing import Any, Final

from fastapi import FastAPI

from callsheet.api.schemas.errors import described

_REFUSALS: Final[dict[str, dict[str, Any]]] = {
    "400": described("The JSON is broken or forbidden"),
    "408": described("The body did not arrive in time"),
    "413": described("The body is too large"),
    "415": described("The body is not JSON in UTF-8"),
}


def describe_bodies(app: FastAPI) -> None:
    """Let the OpenAPI document of `app` say of each operation with a body how it is refused."""
    document_of_routes = app.openapi

    def openapi() -> dict[str, Any]:
        document = document_of_routes()
        for path in document["paths"].values():
            for operation in path.values():
                if "requestBody" in operation:
                    operation["responses"] = dict(sorted({**_REFUSALS, **operation["responses"]}.items()))
        return document

    app.openapi = openapi
