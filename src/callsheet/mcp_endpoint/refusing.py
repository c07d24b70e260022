"""A transport of httpx2 that makes an answer of a request that could not be sent."""

import httpx2
import orjson
from mcp_types import INTERNAL_ERROR


class AnswersFailures(httpx2.AsyncBaseTransport):
    """Answers a request that fails with 503 and a JSON-RPC error.

    Without it the SDK ends the whole session (python-sdk #3560).

    Args:
        inner: sends the requests.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See `httpx2.AsyncBaseTransport`."""
        try:
            return await self._inner.handle_async_request(request)
        except httpx2.TransportError as error:
            reason = str(error) or type(error).__name__
            message = f"The Callsheet server at {request.url.host}:{request.url.port} does not answer: {reason}."
            body = {"jsonrpc": "2.0", "id": None, "error": {"code": INTERNAL_ERROR, "message": message}}
            return httpx2.Response(
                503, headers={"content-type": "application/json"}, content=orjson.dumps(body), request=request
            )

    async def aclose(self) -> None:
        """See `httpx2.AsyncBaseTransport`."""
        await self._inner.aclose()
