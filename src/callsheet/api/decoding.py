"""Routes whose body is decoded once, by the strict decoder, before FastAPI checks it against the model."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

import anyio.to_thread
from fastapi import Request, Response

from callsheet.api.access import GuardedRoute
from callsheet.api.errors import Refused
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.scenario.json import Json

_INLINE: Final = 64 * 1024
"""Larger bodies are decoded in a thread: a megabyte takes some 50 ms."""


class StrictRequest(Request):
    """A request that takes only the JSON that can be stored and sent on without loss."""

    async def json(self) -> Json:
        """The decoded body.

        Raises:
            Refused: it is broken or forbidden; says where.
        """
        body = await self.body()
        try:
            return decode_json(body) if len(body) <= _INLINE else await anyio.to_thread.run_sync(decode_json, body)
        except DocumentInvalid as exc:
            raise undecodable(exc) from exc


class StrictRoute(GuardedRoute):
    """A route that reads `StrictRequest`s; documented by FastAPI as any other."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's hook for other request classes."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


def undecodable(exc: DocumentInvalid) -> Refused:
    """The answer to a body that cannot be decoded."""
    place = f" (line {exc.line}, column {exc.column})" if exc.line else f" (at {exc.pointer})" if exc.pointer else ""
    problem = {"in": "body", "pointer": exc.pointer, "message": str(exc), "line": exc.line, "column": exc.column}
    return Refused("json.invalid", f"{str(exc).removesuffix('.')}{place}.", [problem])
