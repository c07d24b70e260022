"""Requests that carry a token: renewed once when the server does not take it, and never sent anywhere else."""

from http import HTTPStatus
from typing import Final, cast

import httpx2

from callsheet.tools.bodies import TooLarge, read_body
from callsheet.tools.oauth import SignIn, SignInNeeded, error_body

ANSWER_BYTES: Final = 256 * 2**10
"""The largest answer of an authorization server."""


class BearerTransport(httpx2.AsyncBaseTransport):
    """Sends requests through `inner`, those to the origin of `url` with a token of `sign_in`."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, url: str, sign_in: SignIn) -> None:
        self._inner = inner
        self._origin = _origin(httpx2.URL(url))
        self._sign_in = sign_in

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request`; without a token the answer is 401, with a sentence that says what to do."""
        if _origin(request.url) != self._origin:
            return await self._inner.handle_async_request(request)
        try:
            token = await self._sign_in.token()
            response = await self._send(request, token)
            if response.status_code != HTTPStatus.UNAUTHORIZED:
                return response
            await response.aclose()
            return await self._send(request, await self._sign_in.renew(token))
        except SignInNeeded as exc:
            return httpx2.Response(
                HTTPStatus.UNAUTHORIZED,
                headers={"content-type": "application/json"},
                content=error_body(str(exc)),
                request=request,
            )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()

    async def _send(self, request: httpx2.Request, token: str) -> httpx2.Response:
        request.headers["Authorization"] = f"Bearer {token}"
        return await self._inner.handle_async_request(request)


class SmallAnswers(httpx2.AsyncBaseTransport):
    """Takes only answers of a size that an authorization server has a reason for, and none that is compressed."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request` and read its answer.

        Raises:
            httpx2.RemoteProtocolError: the answer is too large, or compressed.
        """
        response = await self._inner.handle_async_request(request)
        try:
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise httpx2.RemoteProtocolError("the answer is compressed, though we asked that it not be")
            body = await read_body(cast("httpx2.AsyncByteStream", response.stream), ANSWER_BYTES)
        except TooLarge:
            raise httpx2.RemoteProtocolError(f"the answer is larger than {ANSWER_BYTES} bytes") from None
        finally:
            await response.aclose()
        return httpx2.Response(response.status_code, headers=response.headers, content=body, request=request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
