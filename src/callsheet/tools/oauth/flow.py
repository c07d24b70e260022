"""The SDK's OAuth flows, each run once for one token and taken apart from any call.

The SDK's `httpx2.Auth` holds a lock for as long as each request takes, so that one slow call would stop all others, and
a refusal to renew a token would begin the flow of a person who is not there. Here its flows are driven with a request
that asks for nothing, and left as soon as there is a token.
"""

import logging
import re
import time
from collections.abc import Generator
from contextlib import aclosing, contextmanager
from http import HTTPStatus
from typing import Final

import httpx2
import orjson
from mcp.client.auth import OAuthClientProvider, OAuthFlowError
from mcp.client.auth.oauth2 import OAuthContext
from mcp.client.auth.utils import extract_resource_metadata_from_www_auth

from callsheet.runs.redaction.redactor import Redactor
from callsheet.tools.faults import plain
from callsheet.tools.oauth.providers import Person, SignInRefused, check_registration, provider_of
from callsheet.tools.oauth.wallet import Kept
from callsheet.tools.origins import origin_of
from callsheet.tools.servers import Auth, HttpServer, PrivateKeyJwt

_TOKEN: Final = re.compile(r"[!-~]+")
_NO_HEADER: Final = "the authorization server gave a token that no header can carry"
_SDK_LOGGER: Final = "mcp.client.auth.oauth2"
_AUTHORITY_PLACES: Final = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
_PROBE: Final = {
    "MCP-Protocol-Version": "2025-11-25",
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
}


class FlowFailed(Exception):
    """No token came of it, and trying again will not help. The text says why; parts of it are foreign."""


async def fetch_tokens(
    server: HttpServer, auth: Auth, client: httpx2.AsyncClient, kept: Kept, person: Person | None = None
) -> Kept:
    """Get a token that is not the one in `kept`.

    Args:
        server: whose tokens they are.
        auth: how they are got.
        client: makes the requests.
        kept: what is known from earlier; with an `OAuth` and no `person` it must be renewable.
        person: signs in.

    Raises:
        FlowFailed: the servers refused, or what they said cannot be used.
        SignInRefused: the person, or somebody in their place, refused.
        httpx2.TransportError: a server could not be reached, or has no time now.
    """
    context: OAuthContext | None = None
    try:
        provider = provider_of(server, auth, kept, person)
        context = provider.context
        with _without_its_log():
            await _drive(provider, server, auth.scopes, client)
    except (httpx2.TransportError, SignInRefused):
        raise
    except UnicodeEncodeError:
        raise FlowFailed(_NO_HEADER) from None
    except Exception as exc:  # what servers say meets the SDK's parsers, which raise what they like
        # The rest of the text may show what was parsed, tokens too.
        text = str(exc).partition("\n")[0] or type(exc).__name__
        raise FlowFailed(plain(Redactor(_secrets(auth, kept, context).items()).text(text), 300)) from exc
    tokens = context.current_tokens
    # What the HTTP library says about it later has the token in it.
    if tokens is not None and _TOKEN.fullmatch(tokens.access_token) is None:
        raise FlowFailed(_NO_HEADER)
    ends_in = None if tokens is None else tokens.expires_in
    return Kept(
        tokens=tokens,
        expires_at=None if ends_in is None else time.time() + ends_in,
        client=context.client_info,
        authority=context.oauth_metadata,
        resource=context.protected_resource_metadata,
    )


async def _drive(
    provider: OAuthClientProvider, server: HttpServer, scopes: tuple[str, ...], client: httpx2.AsyncClient
) -> None:
    """Make the requests of the flow until there is a token."""
    headers = httpx2.Headers(server.headers) | _PROBE
    headers.pop("authorization", None)
    probe = httpx2.Request("POST", server.url, headers=headers, json={"jsonrpc": "2.0", "id": 0, "method": "ping"})
    status = 0
    busy: str | None = None
    async with aclosing(provider.async_auth_flow(probe)) as flow:
        request = await anext(flow)
        while not (request is probe and "authorization" in probe.headers):
            if provider.context.client_info is None and request.method == "POST" and request is not probe:
                check_registration(provider.context)
            response = await client.send(request)
            status = response.status_code
            if _has_no_time(response):
                busy = f"{request.url.host} answered HTTP {status}"
                if not _may_be_elsewhere(request):
                    raise httpx2.RemoteProtocolError(busy)
            if request is probe:
                _ignore_elsewhere(request, response)
                _ask_for(scopes, response)
            if request.method == "POST" and request is not probe and response.is_error:
                raise OAuthFlowError(_refusal(request, response))
            try:
                request = await flow.asend(response)
            except StopAsyncIteration:
                raise OAuthFlowError(f"the tool server answered HTTP {status} without asking for a token") from None
            except OAuthFlowError as exc:
                if busy is None:
                    raise
                raise httpx2.RemoteProtocolError(busy) from exc


def _ignore_elsewhere(probe: httpx2.Request, response: httpx2.Response) -> None:
    """Leave out where the tool server describes itself when that is not at its own origin, where RFC 9728 has it.

    The SDK would ask whatever address stands there. It then looks in the usual places of that origin.
    """
    where = extract_resource_metadata_from_www_auth(response)
    if where is None:
        return
    try:
        stays = origin_of(httpx2.URL(where)) == origin_of(probe.url)
    except httpx2.InvalidURL:
        stays = False
    if not stays:
        challenge = response.headers["www-authenticate"]
        response.headers["www-authenticate"] = challenge.replace("resource_metadata", "elsewhere")


def _ask_for(scopes: tuple[str, ...], response: httpx2.Response) -> None:
    """Let the operator's scopes stand for those that the server asks for, which the SDK would take."""
    if scopes and response.status_code == HTTPStatus.UNAUTHORIZED:
        challenge = response.headers.get("www-authenticate", "").removeprefix("Bearer").strip()
        response.headers["www-authenticate"] = f'Bearer scope="{" ".join(scopes)}", {challenge}'


def _refusal(request: httpx2.Request, response: httpx2.Response) -> str:
    """What an authorization server says about its refusal (RFC 6749, section 5.2), and nothing else of its answer."""
    sentence = f"{request.url.host} answered HTTP {response.status_code}"
    try:
        said: object = orjson.loads(response.content)
    except ValueError:
        return sentence
    match said:
        case {"error": str() as error, "error_description": str() as description}:
            return f"{sentence}: {error}, {' '.join(description.split())}"
        case {"error": str() as error}:
            return f"{sentence}: {error}"
        case _:
            return sentence


def _secrets(auth: Auth, kept: Kept, context: OAuthContext | None) -> dict[str, str]:
    """All that a server may repeat, and nobody else shall read."""
    client = None if context is None else context.client_info
    found = {
        "clientSecret": None if isinstance(auth, PrivateKeyJwt) else auth.client_secret,
        "client_secret": None if client is None else client.client_secret,
    }
    for tokens, age in ((kept.tokens, "old"), (None if context is None else context.current_tokens, "new")):
        if tokens is not None:
            found |= {f"{age} access token": tokens.access_token, f"{age} refresh token": tokens.refresh_token}
    return {name: secret for name, secret in found.items() if secret is not None}


def _may_be_elsewhere(request: httpx2.Request) -> bool:
    """Whether this looks for the tool server's metadata (RFC 9728), which has several places.

    Those of an authorization server have several places too, but the SDK would take an error there for the silence of
    an old server, and go on with the tool server in the authorization server's place.
    """
    return request.method == "GET" and not any(place in request.url.path for place in _AUTHORITY_PLACES)


def _has_no_time(response: httpx2.Response) -> bool:
    return response.is_server_error or response.status_code == HTTPStatus.TOO_MANY_REQUESTS


@contextmanager
def _without_its_log() -> Generator[None]:
    """Keep the SDK from logging what servers said, tokens too; what matters of it is in the errors."""

    def nothing(_record: logging.LogRecord) -> bool:
        return False

    logger = logging.getLogger(_SDK_LOGGER)
    logger.addFilter(nothing)
    try:
        yield
    finally:
        logger.removeFilter(nothing)
