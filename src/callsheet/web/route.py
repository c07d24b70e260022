"""The route of everything that is not the API's: the files of the web UI, and its page at every other address."""

import asyncio
import gzip
import re
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from callsheet.web.build import INDEX, BuiltFile
from callsheet.web.missing import MISSING
from callsheet.web.policy import HEADERS

_NOT_OURS: Final = re.compile(r"/(?:api|mcp|docs|schemas|healthz|readyz|metrics|openapi\.json)(?:/.*)?", re.DOTALL)
"""What programs ask for. Nobody may get a page there who waits for JSON."""

_ASSETS: Final = "/assets/"
_METHODS: Final = frozenset({"GET", "HEAD"})
_ANY_TAG: Final = "*"
_TAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"', re.ASCII)


class WebUi(BaseRoute):
    """The last route of an app. Whatever the API serves comes first.

    Which page an address stands for is decided in the browser, so that each of them can be loaded again and shared.

    Args:
        files: the build, by name; empty where the UI was left out, then `/` says so and nothing else is answered.
    """

    def __init__(self, files: Mapping[str, BuiltFile]) -> None:
        self._files = files
        self._compressed: dict[str, bytes] = {}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See `BaseRoute`."""
        ours = scope["type"] == "http" and scope["method"] in _METHODS and self._serves(scope["path"])
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See `BaseRoute`."""
        request = Request(scope)
        await (await self._answer(request))(scope, receive, send)

    def _serves(self, path: str) -> bool:
        return _NOT_OURS.fullmatch(path) is None if self._files else path == "/"

    async def _answer(self, request: Request) -> Response:
        file = self._file(request.url.path) if self._files else MISSING
        headers = {**HEADERS, "Cache-Control": _caching(file), "ETag": file.etag}
        if file.shrinks:
            headers["Vary"] = "Accept-Encoding"
        if _has(request.headers.get("if-none-match", ""), file.etag):
            return Response(status_code=304, headers=headers)
        body = file.body
        if file.shrinks and _takes_gzip(request.headers.get("accept-encoding", "")):
            body = await self._gzipped(file)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        return Response(b"" if request.method == "HEAD" else body, headers=headers, media_type=file.media_type)

    def _file(self, path: str) -> BuiltFile:
        found = self._files.get(path[1:])
        if found is not None:
            return found
        if path.startswith(_ASSETS):
            # A page in place of a script that is gone would be a riddle in the browser's console.
            raise HTTPException(404)
        return self._files[INDEX]

    async def _gzipped(self, file: BuiltFile) -> bytes:
        """Compressed when it is first asked for, off the loop, and kept."""
        if file.name not in self._compressed:
            self._compressed[file.name] = await asyncio.to_thread(gzip.compress, file.body, mtime=0)
        return self._compressed[file.name]


def _caching(file: BuiltFile) -> str:
    """`no-cache` lets a browser keep it and ask each time whether it is still the same."""
    return "public, max-age=31536000, immutable" if file.immutable else "no-cache"


def _has(if_none_match: str, etag: str) -> bool:
    return if_none_match.strip() == _ANY_TAG or etag in _TAG.findall(if_none_match)


def _takes_gzip(accept_encoding: str) -> bool:
    for entry in accept_encoding.lower().split(","):
        name, _, weight = entry.partition(";")
        if name.strip() == "gzip":
            return re.fullmatch(r"\s*q\s*=\s*0(?:\.0*)?\s*", weight) is None
    return False
