"""A server that has the data folder open, asked over its HTTP API."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import orjson

from callsheet.errors import CallsheetError, Conflict, Invalid, NotFound, Problem, Unavailable

_TIMEOUT: Final = httpx2.Timeout(30.0, read=60.0)
"""Seconds; a stream that is alive says something every 15."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server.

    Attributes:
        client: knows its address.
    """

    client: httpx2.AsyncClient

    async def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        """What the server answers, as JSON; None for nothing.

        Raises:
            Unavailable: it does not answer, or cannot do it now.
            NotFound, Conflict, Invalid: it refuses.
        """
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            response = await self.client.request(method, path, content=body, headers=headers)
        except httpx2.TransportError as exc:
            raise self.gone(exc) from exc
        if response.status_code >= 400:
            raise refusal(response.status_code, response.content)
        return orjson.loads(response.content) if response.content else None

    def gone(self, error: Exception) -> Unavailable:
        """The error for an answer that did not come."""
        why = str(error) or type(error).__name__
        return Unavailable(f"The server at {self.client.base_url} has the data folder and does not answer: {why}.")


@asynccontextmanager
async def open_server(url: str) -> AsyncGenerator[Server]:
    """The server at `url`."""
    async with httpx2.AsyncClient(base_url=url, timeout=_TIMEOUT, trust_env=False) as client:
        yield Server(client=client)


def refusal(status: int, body: bytes) -> CallsheetError:
    """The error that the body of an answer tells about."""
    try:
        answer: Mapping[str, Any] = orjson.loads(body)
        detail = str(answer["detail"])
        problems = [Problem(pointer=each["pointer"], message=each["message"]) for each in answer.get("problems", ())]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return Unavailable(f"The server answered with status {status} and no reason.")
    if status == 404:
        return NotFound(detail)
    if status == 409:
        return Conflict(detail)
    return Invalid(detail, problems) if status < 500 else Unavailable(detail)
