"""Requests that carry a token: renewed once when the server does not take it, and never sent anywhere else."""

from http import HTTPStatus
from typing import Final, cast

import httpx2
from mcp.client.auth.utils import extract_field_from_www_auth, extract_scope_from_www_auth

from callsheet.tools.oauth.sign_in import SignIn, SignInNeeded, error_body
from callsheet.tools.origins import origin_of
from callsheet.tools.transports.bodies import TooLarge, is_plain, read_body

ANSWER_BYTES: Final = 256 * 2**10
"""The largest answer of an authorization server."""

_REFUSAL: Final = "callsheet_refusal"
USER_AGENT: Final = "callsheet"


class BearerTransport(httpx2.AsyncBaseTransport):
    """Sends requests through `inner`, those to the origin of `url` with a token of `sign_in`."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, url: str, sign_in: SignIn) -> None:
        self._inner = inner
        self._origin = origin_of(httpx2.URL(url))
        self._sign_in = sign_in

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request`; without a token that is good for it the answer is 401 or 403, and says what to do."""
        if origin_of(request.url) != self._origin:
            return await self._inner.handle_async_request(request)
        try:
            token = await self._sign_in.token()
            response = await self._send(request, token)
            if response.status_code == HTTPStatus.UNAUTHORIZED:
                await response.aclose()
                response = await self._send(request, await self._sign_in.renew(token))
            elif _is_too_little(response) and (newer := await self._newer(token, response)) is not None:
                await response.aclose()
                response = await self._send(request, newer)
        except SignInNeeded as exc:
            return _refusal(request, HTTPStatus.UNAUTHORIZED, str(exc))
        return await self._explained(request, response)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()

    async def _explained(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        """The response, or what to do when a good token is not enough (RFC 6750, section 3.1)."""
        scope = extract_scope_from_www_auth(response)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            await response.aclose()
            sentence = self._sign_in.useless()
        elif _is_too_little(response) and scope is not None:
            await response.aclose()  # first: a caller who leaves meanwhile would leave its connection behind
            sentence = await self._sign_in.want(scope)
        else:
            return response
        return _refusal(request, HTTPStatus(response.status_code), sentence)

    async def _newer(self, token: str, response: httpx2.Response) -> str | None:
        """Another token than the one that was too little; its `response` stays open, unless nothing comes of this."""
        try:
            return await self._sign_in.newer(token)
        except BaseException:
            await response.aclose()
            raise

    async def _send(self, request: httpx2.Request, token: str) -> httpx2.Response:
        request.headers["Authorization"] = f"Bearer {token}"
        return await self._inner.handle_async_request(request)


class SmallAnswers(httpx2.AsyncBaseTransport):
    """Takes only answers of a size that an authorization server has a reason for, and none that is compressed.

    With `https` requests go out over nothing else, whatever the metadata of the servers says.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, *, https: bool) -> None:
        self._inner = inner
        self._https = https

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request` and read its answer.

        Raises:
            httpx2.UnsupportedProtocol: a secret would travel in the clear.
            httpx2.RemoteProtocolError: the answer is too large, or compressed.
        """
        if self._https and request.url.scheme != "https":
            raise httpx2.UnsupportedProtocol(f"{request.url.host} is not asked over {request.url.scheme}, only https")
        # The SDK makes its requests without the headers that a client adds.
        request.headers["Accept-Encoding"] = "identity"
        request.headers.setdefault("User-Agent", USER_AGENT)
        response = await self._inner.handle_async_request(request)
        try:
            if not is_plain(response):
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


def _is_too_little(response: httpx2.Response) -> bool:
    is_named = extract_field_from_www_auth(response, "error") == "insufficient_scope"
    return is_named and response.status_code == HTTPStatus.FORBIDDEN


def _refusal(request: httpx2.Request, status: HTTPStatus, message: str) -> httpx2.Response:
    headers = {"content-type": "application/json"}
    extensions = {_REFUSAL: message}
    return httpx2.Response(status, headers=headers, content=error_body(message), request=request, extensions=extensions)


def refusal_of(response: httpx2.Response) -> str | None:
    """What to do about a `response` that was given here in the server's place; None for the server's own."""
    return cast("str | None", response.extensions.get(_REFUSAL))
