"""What a provider may send: so many bytes, as they are, and from where it was asked."""

from collections.abc import AsyncIterator
from typing import Final, cast

import httpx2

MAX_BYTES: Final = 256 * 1024
"""Of one answer. A large provider's description of itself has 5 KiB, its keys 10."""


class AnswerRefused(httpx2.TransportError):
    """The answer is larger than allowed, compressed, or leads elsewhere."""


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Passes requests on; their answers are refused where they are not what a provider has to send.

    Args:
        inner: sends them.
        limit: bytes of one answer's body, counted as they arrive.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, limit: int = MAX_BYTES) -> None:
        self._inner = inner
        self._limit = limit

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request`.

        Raises:
            AnswerRefused: it is a redirect, or compressed; reading the body raises it when that is too large.
            httpx2.TransportError: see httpx2.
        """
        request.headers["Accept-Encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        refusal = _refusal(response)
        if refusal:
            await response.aclose()
            raise AnswerRefused(refusal, request=request)
        response.stream = _Counted(cast("httpx2.AsyncByteStream", response.stream), self._limit)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, limit: int) -> None:
        self._inner = inner
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._limit
        async for chunk in self._inner:
            left -= len(chunk)
            if left < 0:
                raise AnswerRefused(f"the answer has more than {self._limit} bytes")
            yield chunk

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._inner.aclose()


def _refusal(response: httpx2.Response) -> str:
    if response.is_redirect:
        return f"the answer (HTTP {response.status_code}) leads elsewhere, and nobody follows"
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        return "the answer is compressed, which was not asked for"
    return ""
