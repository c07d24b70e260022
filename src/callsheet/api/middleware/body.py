"""Request bodies: how large, of which type, and how long they may take to arrive."""

import asyncio
import re
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callsheet.api.errors import refuse, shortened
from callsheet.api.yaml_bodies import YAML, is_yaml, takes_yaml

_JSON: Final = re.compile(r"""application/json(?:\s*;\s*charset\s*=\s*(?:utf-8|"utf-8"))?\s*;?""", re.I)
_DISCARD: Final = 16 * 1024 * 1024
_DISCARD_SECONDS: Final = 2.0


class _TooLarge(Exception):
    """More bytes came than are allowed. `more` tells whether others follow."""

    def __init__(self, *, more: bool) -> None:
        super().__init__()
        self.more = more


class _ClientGone(Exception):
    """Nobody waits for the answer any more."""


class Bodies:
    """Reads a body before the app sees the request: 413 over `limit` bytes, 415 for another type, 408 when slow.

    Args:
        app: the app behind; it gets the body in one message.
        limit: bytes, counted as they arrive whatever `Content-Length` says.
        seconds: how long the whole body may take.
    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http" or not _has_body(headers := dict(scope["headers"])):
            return await self._app(scope, receive, send)
        wrong = _wrong_type(headers, yaml=takes_yaml(scope))
        if wrong:
            return await self._refuse(scope, receive, send, "body.type", wrong)
        try:
            if _declared(headers) > self._limit:
                raise _TooLarge(more=True)
            async with asyncio.timeout(self._seconds):
                body = await self._collect(receive)
        except _ClientGone:
            return None
        except TimeoutError:
            detail = f"The body did not arrive within {self._seconds:g} s."
            return await refuse(scope, receive, send, "body.timeout", detail)
        except _TooLarge as exc:
            detail = f"The body is larger than {self._limit} bytes."
            return await self._refuse(scope, receive, send, "body.too_large", detail, more=exc.more)
        return await self._app(scope, _replay(body, receive), send)

    async def _collect(self, receive: Receive) -> bytes:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _ClientGone
            body += message.get("body", b"")
            if len(body) > self._limit:
                raise _TooLarge(more=message.get("more_body", False))
            if not message.get("more_body", False):
                return bytes(body)

    async def _refuse(
        self, scope: Scope, receive: Receive, send: Send, code: str, detail: str, *, more: bool = True
    ) -> None:
        # A client that is still sending when the connection closes may never read the answer, so the rest is taken in
        # and dropped, within bounds. One that waits for "100 Continue" has sent nothing and shall not begin.
        if more and (b"expect", b"100-continue") not in scope["headers"]:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(self._seconds, _DISCARD_SECONDS)):
                    await _discard(receive)
        await refuse(scope, receive, send, code, detail)


async def _discard(receive: Receive) -> None:
    left = _DISCARD
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _has_body(headers: dict[bytes, bytes]) -> bool:
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0").strip() != b"0"


def _declared(headers: dict[bytes, bytes]) -> int:
    """The declared length; 0 where there is none that can be read, for the bytes are counted anyway."""
    digits = headers.get(b"content-length", b"").strip()
    return int(digits) if digits.isdigit() and len(digits) < 20 else 0


def _wrong_type(headers: dict[bytes, bytes], *, yaml: bool) -> str:
    """A sentence, or nothing when the body says that it is JSON in UTF-8, or YAML where that is taken."""
    encoding = headers.get(b"content-encoding", b"").decode("latin-1").strip()
    if encoding:
        return f"The body has the Content-Encoding {shortened(encoding)}; send it as it is."
    kind = headers.get(b"content-type", b"").decode("latin-1").strip()
    if not _JSON.fullmatch(kind) and not (yaml and is_yaml(kind)):
        wanted = f"application/json or {YAML}" if yaml else "application/json"
        return f"The body has the Content-Type {shortened(kind) or 'none'}; send {wanted} in UTF-8."
    return ""


def _replay(body: bytes, receive: Receive) -> Receive:
    read = False

    async def replay() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
