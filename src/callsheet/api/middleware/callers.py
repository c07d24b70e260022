"""Who calls: found out once for each request, before anything else of the app sees it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.access.principal import LOCAL, PRINCIPAL


class Callers:
    """Puts the caller into the scope. It refuses nobody: what a caller needs is the routes' to say."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        await self._app({**scope, PRINCIPAL: LOCAL}, receive, send)
