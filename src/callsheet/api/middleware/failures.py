"""What nobody foresaw: logged with its traceback, and told to the caller without it."""

from loguru import logger
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callsheet.api.errors import error_response


class Failures:
    """Answers 500 with the shape of every error, whatever was raised; a stream that had begun just ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        # The last resort of every request: whatever it is, the caller gets an answer.
        except Exception as exc:  # noqa: BLE001
            logger.opt(exception=exc).error("{} {} failed.", scope["method"], scope["path"])
            if not started:
                await error_response("internal", "Something failed inside the server; its log says what.")(
                    scope, receive, send
                )
