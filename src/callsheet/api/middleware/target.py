"""Paths and query strings that are not text."""

from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.api.errors import refuse


class Target:
    """Refuses (400) a path or query string with NUL or with bytes that are not UTF-8: no database would take them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] == "http" and not (_is_text(_raw_path(scope)) and _is_text(scope["query_string"])):
            detail = "The path or the query string contains a NUL character or bytes that are not UTF-8."
            return await refuse(scope, receive, send, "target.invalid", detail)
        return await self._app(scope, receive, send)


def _raw_path(scope: Scope) -> bytes:
    return scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")


def _is_text(raw: bytes) -> bool:
    plain = unquote_to_bytes(raw) if b"%" in raw else raw
    try:
        plain.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in plain
