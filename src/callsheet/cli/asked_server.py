"""A server that has the data folder open, asked over its HTTP API."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import orjson

from callsheet.errors.access import Forbidden, Unauthenticated
from callsheet.errors.kinds import CallsheetError, Conflict, Invalid, NotFound, Problem, Unavailable
from callsheet.errors.service import ConfigurationInvalid
from callsheet.journal.sqlite.lock import Holder, holder
from callsheet.settings import Settings
from callsheet.storage import journal_path

_TIMEOUT: Final = httpx2.Timeout(30.0, read=60.0)
"""Seconds; a stream that is alive says something every 15."""

_SENDABLE: Final = re.compile(r"[!-~]+", re.ASCII)
_SET_A_KEY: Final = "The server wants to know who calls: set CALLSHEET_API_KEY to one of its API keys."
_SET_ANOTHER_KEY: Final = "Set CALLSHEET_API_KEY to an API key that may."


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
            Unauthenticated, Forbidden: it does not know who calls, or does not let them do this.
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

    async def pieces(self, path: str) -> AsyncGenerator[bytes]:
        """What the server answers to a GET, as it comes, however long it is.

        Raises:
            Unavailable: it does not answer, cannot do it now, or stops in the middle.
            Unauthenticated, Forbidden, NotFound, Conflict, Invalid: as `ask`.
        """
        try:
            async with self.client.stream("GET", path) as response:
                if response.status_code >= 400:
                    raise refusal(response.status_code, await response.aread())
                async for piece in response.aiter_bytes():
                    yield piece
        except httpx2.TransportError as exc:
            raise self.gone(exc) from exc

    def gone(self, error: Exception) -> Unavailable:
        """The error for an answer that did not come."""
        why = str(error) or type(error).__name__
        return Unavailable(f"The server at {self.client.base_url} has the data folder and does not answer: {why}.")


def server_of(settings: Settings) -> Holder | None:
    """The process that has the data folder open and can be asked over HTTP; None when there is none.

    Raises:
        JournalUnavailable: the lock file cannot be read.
    """
    held = None if settings.database_url is not None else holder(journal_path(settings))
    return held if held is not None and held.note.get("url") else None


@asynccontextmanager
async def open_server(settings: Settings, url: str) -> AsyncGenerator[Server]:
    """The server at `url`, called with the key of `settings`, if there is one.

    Raises:
        ConfigurationInvalid: the key cannot be sent.
    """
    headers = _credential(settings)
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT, trust_env=False) as client:
        yield Server(client=client)


def _credential(settings: Settings) -> Mapping[str, str]:
    if settings.api_key is None:
        return {}
    key = settings.api_key.get_secret_value().strip()
    if _SENDABLE.fullmatch(key) is None:
        raise ConfigurationInvalid("The setting 'api_key' is no API key: one begins with cs_ and has no spaces in it.")
    return {"Authorization": f"Bearer {key}"}


def refusal(status: int, body: bytes) -> CallsheetError:
    """The error that the body of an answer tells about."""
    try:
        answer: Mapping[str, Any] = orjson.loads(body)
        detail = str(answer["detail"])
        problems = [Problem(pointer=each["pointer"], message=each["message"]) for each in answer.get("problems", ())]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return Unavailable(f"The server answered with status {status} and no reason.")
    if status == 401:
        # How a caller over HTTP says it is of no use to who types commands.
        missing = answer.get("code") == "credential.missing"
        return Unauthenticated(_SET_A_KEY if missing else f"{detail} {_SET_A_KEY}")
    if status == 403:
        return Forbidden(f"{detail} {_SET_ANOTHER_KEY}")
    if status == 404:
        return NotFound(detail)
    if status == 409:
        return Conflict(detail)
    return Invalid(detail, problems) if status < 500 else Unavailable(detail)
