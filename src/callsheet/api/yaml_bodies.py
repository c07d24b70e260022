"""Bodies in YAML, at the one place that takes them: a scenario that is saved. They are the JSON that they stand for."""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, cast

import anyio.to_thread
import orjson
from fastapi import Depends, Request, Response
from starlette.types import Message, Scope

from callsheet.api.decoding import StrictRoute
from callsheet.api.errors import Refused
from callsheet.scenario.source import Source, Syntax, read_source

YAML: Final = "application/yaml"
"""As RFC 9512 names it."""

_TYPE: Final = re.compile(rf"""{YAML}(?:\s*;\s*charset\s*=\s*(?:utf-8|"utf-8"))?\s*;?""", re.I)
_PLACE: Final = re.compile(r"/api/scenarios/[^/]+")
_SOURCE: Final = "callsheet.source"


def takes_yaml(scope: Scope) -> bool:
    """Whether a request goes to where a body may be YAML."""
    return scope["method"] == "PUT" and _PLACE.fullmatch(scope["path"]) is not None


def is_yaml(content_type: str) -> bool:
    """Whether a body of this type is YAML in UTF-8."""
    return _TYPE.fullmatch(content_type.strip()) is not None


class YamlRoute(StrictRoute):
    """A route that takes a body in YAML as the JSON that it stands for; `TheSource` has what it was read from."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's hook for other request classes."""
        handler = super().get_route_handler()

        async def read(request: Request) -> Response:
            if not is_yaml(request.headers.get("content-type", "")):
                return await handler(request)
            source = await anyio.to_thread.run_sync(read_source, await request.body(), Syntax.YAML)
            if source.diagnostics:
                raise _undecodable(source)
            return await handler(_as_json(request, source))

        return read


async def _source_of(request: Request) -> Source | None:
    return cast("Source | None", request.scope.get(_SOURCE))


TheSource = Annotated[Source | None, Depends(_source_of)]
"""A route's parameter that holds the YAML of the body, with the places in it; None when the body was JSON."""


def _as_json(request: Request, source: Source) -> Request:
    body = orjson.dumps(source.document)
    kept = [
        (name, value) for name, value in request.scope["headers"] if name not in {b"content-type", b"content-length"}
    ]
    headers = [*kept, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({**request.scope, "headers": headers, _SOURCE: source}, receive)


def _undecodable(source: Source) -> Refused:
    first = source.diagnostics[0]
    place = f" (line {first.line}, column {first.column})"
    problem = {
        "in": "body",
        "pointer": first.pointer,
        "message": first.message,
        "line": first.line,
        "column": first.column,
    }
    return Refused("yaml.invalid", f"{first.message.removesuffix('.')}{place}.", [problem])
