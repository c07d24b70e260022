"""Each request has a name, is counted, and leaves a line in the log.

Those that change something, or whose caller is refused, leave it at INFO, others at DEBUG.
"""

import re
import secrets
from time import perf_counter
from typing import Final

from loguru import logger
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callsheet.api.observing import CURRENT, REQUEST, Observer, RequestNotes
from callsheet.api.sources import Sources

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
"""What a proxy may have called the request already."""

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED: Final = frozenset({401, 403, 421})
"""Statuses that say: not you, or not from there."""

_LONGEST_PATH: Final = 200
_CLIENT_LEFT: Final = 499
"""The status of a request that ended without an answer, as proxies write it."""


class Requests:
    """Tells the observer and the log of each request, however it is answered. The outermost of all.

    Args:
        app: the app behind.
        observer: is told.
        sources: reads where a request comes from.
    """

    def __init__(self, app: ASGIApp, observer: Observer, sources: Sources) -> None:
        self._app = app
        self._observer = observer
        self._sources = sources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        notes = RequestNotes(_named(scope))
        began = perf_counter()
        status, seconds = _CLIENT_LEFT, 0.0

        async def watched(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], perf_counter() - began
                message["headers"] = [*message["headers"], (b"x-request-id", notes.request_id.encode())]
            await send(message)

        token = CURRENT.set(notes)
        ended = self._observer.request(scope["method"], _header(scope, b"traceparent"))
        try:
            await self._app({**scope, REQUEST: notes}, receive, watched)
        finally:
            seconds = seconds or perf_counter() - began
            ended(notes.route, status, seconds)
            _log(scope, notes, self._sources.address(scope), status, seconds)
            CURRENT.reset(token)


def _log(scope: Scope, notes: RequestNotes, source: str, status: int, seconds: float) -> None:
    # Not the query string: it is the caller's, and may hold what no log should.
    fields = {"method": scope["method"], "route": notes.route, "status": status, "duration_ms": round(seconds * 1e3, 1)}
    level = "DEBUG" if scope["method"] in _READING and status not in _REFUSED else "INFO"
    path = scope["path"][:_LONGEST_PATH]
    logger.bind(**fields, source=source).log(level, "{} {} {}", scope["method"], path, status)


def _named(scope: Scope) -> str:
    given = _header(scope, b"x-request-id")
    return given if _NAME.fullmatch(given) else secrets.token_hex(8)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
