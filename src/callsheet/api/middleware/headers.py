"""Headers that every answer carries, whoever made it."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = ((b"x-content-type-options", b"nosniff"),)

DEFAULTS: Final = (
    # Answers are somebody's data, or say who may have it: nothing in between keeps them.
    (b"cache-control", b"no-store"),
    # What is no page runs nothing, wherever a browser shows it, and is shown in no frame.
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)
"""Of an answer that does not say it otherwise, as pages do that have a policy of their own."""


class SecurityHeaders:
    """Adds `X-Content-Type-Options: nosniff` to every answer, and what it lacks of `DEFAULTS`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                lacking = (header for header in DEFAULTS if header[0] not in said)
                message["headers"] = [*message["headers"], *_ALWAYS, *lacking]
            await send(message)

        return await self._app(scope, receive, with_headers)
