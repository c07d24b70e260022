"""The SDK's OAuth flows as we want them: they begin with what we kept, and store nothing themselves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, assert_never
from urllib.parse import urlsplit, urlunsplit

import httpx2
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider, OAuthFlowError
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.auth.oauth2 import OAuthContext
from mcp.client.auth.utils import issuers_match, union_scopes
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthMetadata, OAuthToken
from pydantic import AnyUrl

from callsheet.tools.oauth.wallet import Kept
from callsheet.tools.servers import Auth, ClientCredentials, HttpServer, OAuth, PrivateKeyJwt

CLIENT_NAME: Final = "Callsheet"

_LOOPBACK: Final = "http://127.0.0.1/"
_LONG_AGO: Final = 1.0
_NO_SECRET: Final = "none"  # noqa: S105 - the name of a way to authenticate (RFC 7591)
_IN_HEADER: Final = "client_secret_basic"
_IN_FORM: Final = "client_secret_post"


class SignInRefused(Exception):
    """The authorization server sent the browser back with an error. The text is its own, shortened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in.

    Attributes:
        redirect_uri: where the authorization server sends the browser back to.
        show: shows the person the address where to sign in.
        wait: what came back with the browser.
    """

    redirect_uri: str
    show: Callable[[str], Awaitable[None]]
    wait: Callable[[], Awaitable[AuthorizationCodeResult]]


class Preset:
    """The SDK's `TokenStorage` for one flow: what the flow gets is taken from its context, as a whole."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def get_tokens(self) -> OAuthToken | None:
        """See `mcp.client.auth.TokenStorage`."""
        return self._kept.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """See `mcp.client.auth.TokenStorage`."""

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """See `mcp.client.auth.TokenStorage`."""
        return self._kept.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """See `mcp.client.auth.TokenStorage`."""


class _WithPerson(OAuthClientProvider):
    """The flow of a person, who is there or not; without one a token can only be renewed."""

    def __init__(self, server: HttpServer, auth: OAuth, kept: Kept, person: Person | None) -> None:
        metadata = OAuthClientMetadata(
            client_name=CLIENT_NAME,
            redirect_uris=[AnyUrl(_LOOPBACK if person is None else person.redirect_uri)],
            grant_types=["authorization_code", "refresh_token"],
            token_endpoint_auth_method=_NO_SECRET,
        )
        super().__init__(
            resource_of(server.url),
            metadata,
            Preset(kept),
            redirect_handler=None if person is None else self._show,
            callback_handler=None if person is None else person.wait,
            client_metadata_url=auth.client_metadata_url,
        )
        self._auth = auth
        self._kept = kept
        self._person = person

    async def _initialize(self) -> None:
        await super()._initialize()
        self.context.token_expiry_time = _LONG_AGO
        self.context.oauth_metadata = self._kept.authority
        self.context.protected_resource_metadata = self._kept.resource
        if self._auth.client_id is not None:
            self.context.client_info = OAuthClientInformationFull(
                client_id=self._auth.client_id,
                client_secret=self._auth.client_secret,
                redirect_uris=self.context.client_metadata.redirect_uris,
                token_endpoint_auth_method=_NO_SECRET if self._auth.client_secret is None else _IN_HEADER,
            )

    async def _show(self, address: str) -> None:
        if self._person is not None:
            await self._person.show(_with_own_query(address, self.context.oauth_metadata))

    def _select_authorization_server(self, advertised: list[str]) -> str:
        issuer = self._auth.issuer
        return super()._select_authorization_server(advertised) if issuer is None else _configured(issuer, advertised)

    async def _perform_authorization(self) -> httpx2.Request:
        self._check_authority()
        _choose_method(self.context)
        self.context.client_metadata.scope = union_scopes(self.context.client_metadata.scope, self._kept.wanted)
        return await super()._perform_authorization()

    def _check_authority(self) -> None:
        issuer, known = self._auth.issuer, self.context.oauth_metadata
        if known is None:
            _require_no_authority(self.context)
        else:
            _require_safe(known, self.context.server_url)
        if issuer is not None and (known is None or not issuers_match(str(known.issuer), issuer)):
            raise OAuthFlowError(f"the authorization server {issuer!r} of mcp.json does not describe itself (RFC 8414)")

    async def _refresh_token(self) -> httpx2.Request:
        _choose_method(self.context)
        return await super()._refresh_token()

    async def _handle_refresh_response(self, response: httpx2.Response) -> bool:
        if not await super()._handle_refresh_response(response):  # the SDK would go on with a person
            raise OAuthFlowError(f"the token is not renewed: HTTP {response.status_code} with an answer that is none")
        return True


def _configured(issuer: str, advertised: list[str]) -> str:
    """The authorization server of mcp.json, as the tool server names it; the SDK would go on with another one."""
    for server in advertised:
        if issuers_match(server, issuer):
            return server
    raise OAuthFlowError(f"the tool server does not name the authorization server {issuer!r} of mcp.json as its own")


def resource_of(url: str) -> str:
    """The name of a tool server for its authorization server (RFC 8707): what else is in its address may be secret."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _with_own_query(address: str, authority: OAuthMetadata | None) -> str:
    """The address of a sign-in, with the query that the endpoint has of its own (RFC 6749, section 3.1).

    The SDK writes a second question mark behind it.
    """
    endpoint = "" if authority is None else str(authority.authorization_endpoint)
    if "?" in endpoint and address.startswith(f"{endpoint}?"):
        return f"{endpoint}&{address.removeprefix(f'{endpoint}?')}"
    return address


def check_registration(context: OAuthContext) -> None:
    """Refuse to register at the tool server what belongs to an authorization server, which the SDK would.

    Raises:
        OAuthFlowError: with what to do instead.
    """
    known = context.oauth_metadata
    if known is None:
        _require_no_authority(context)
    elif known.registration_endpoint is None:
        raise OAuthFlowError(
            f"the authorization server {known.issuer} registers no clients by itself; register one there, with "
            f"{_LOOPBACK}callback as its redirect address, and write its 'clientId' into 'auth' in mcp.json"
        )


def _require_no_authority(context: OAuthContext) -> None:
    """Only a server of the revision 2025-03-26, which names no authorization server, is one itself."""
    if context.auth_server_url is not None:
        raise OAuthFlowError(f"the authorization server {context.auth_server_url} does not describe itself (RFC 8414)")


def _require_safe(authority: OAuthMetadata, server_url: str) -> None:
    """MCP, authorization: no sign-in without PKCE, and none in the clear."""
    if "S256" not in (authority.code_challenge_methods_supported or ()):
        raise OAuthFlowError(
            f"the authorization server {authority.issuer} does not say that it knows PKCE with S256 "
            "(code_challenge_methods_supported), without which a sign-in could be stolen"
        )
    if server_url.lower().startswith("https:") and authority.authorization_endpoint.scheme != "https":
        raise OAuthFlowError(f"the authorization server {authority.issuer} wants to be signed in at without https")


class _WithSecret(ClientCredentialsOAuthProvider):
    """The flow of a client that has a secret."""

    def _select_authorization_server(self, advertised: list[str]) -> str:
        return _configured(self._issuer or "", advertised)

    async def _perform_authorization(self) -> httpx2.Request:
        _choose_method(self.context)
        return await super()._perform_authorization()


class _WithKey(PrivateKeyJWTOAuthProvider):
    """The flow of a client that has a key."""

    def _select_authorization_server(self, advertised: list[str]) -> str:
        return _configured(self._issuer or "", advertised)


def _choose_method(context: OAuthContext) -> None:
    """Show the secret in the way that the authorization server understands (RFC 8414: by default in a header)."""
    client, metadata = context.client_info, context.oauth_metadata
    known = metadata.token_endpoint_auth_methods_supported if metadata is not None else None
    if client is None or client.token_endpoint_auth_method != _IN_HEADER or known is None:
        return
    if _IN_HEADER not in known and _IN_FORM in known:
        context.client_info = client.model_copy(update={"token_endpoint_auth_method": _IN_FORM})


def provider_of(server: HttpServer, auth: Auth, kept: Kept, person: Person | None) -> OAuthClientProvider:
    """The flow that gets a token of `server`, beginning with what is `kept`."""
    match auth:
        case OAuth():
            return _WithPerson(server, auth, kept, person)
        case ClientCredentials():
            return _WithSecret(
                resource_of(server.url),
                Preset(Kept()),
                client_id=auth.client_id,
                client_secret=auth.client_secret,
                issuer=auth.issuer,
            )
        case PrivateKeyJwt():
            return _WithKey(
                resource_of(server.url),
                Preset(Kept()),
                client_id=auth.client_id,
                assertion_provider=_signed(auth),
                issuer=auth.issuer,
            )
        case _:
            assert_never(auth)


def _signed(auth: PrivateKeyJwt) -> Callable[[str], Awaitable[str]]:
    return SignedJWTParameters(
        issuer=auth.client_id,
        subject=auth.client_id,
        signing_key=auth.key,
        signing_algorithm=auth.algorithm,
    ).create_assertion_provider()
