"""Signing in to tool servers with OAuth 2.1: the SDK's flow finds and gets tokens, and what it got is kept.

The SDK's `httpx2.Auth` holds a lock for as long as each request takes, so that one slow call would stop all others. It
is therefore only let to make a request of its own that asks for nothing, whenever a token is wanted; calls carry the
token that came of it (`callsheet.tools.bearer`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, assert_never

import httpx2
import orjson
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider, OAuthFlowError
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.auth.oauth2 import OAuthContext
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthMetadata, OAuthToken
from pydantic import AnyUrl, BaseModel, ValidationError

from callsheet.tools.faults import plain
from callsheet.tools.servers import Auth, ClientCredentials, HttpServer, OAuth, PrivateKeyJwt
from callsheet.tools.tokens import TokenStore

CLIENT_NAME: Final = "Callsheet"
FLOW_SECONDS: Final = 30.0
"""How long getting a token may take when nobody is asked."""

EARLY: Final = 10.0
"""Seconds before its end at which a token counts as over."""

_PROBE: Final = {
    "MCP-Protocol-Version": "2025-11-25",
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
}


class SignInNeeded(Exception):
    """There is no token, and none can be had without a person or other credentials. The text says why."""


class _Kept(BaseModel):
    """What is stored of a server: the SDK's own models, and when the token ends."""

    tokens: OAuthToken | None = None
    expires_at: float | None = None
    client: OAuthClientInformationFull | None = None
    metadata: OAuthMetadata | None = None


class Wallet:
    """What OAuth remembers of one server: the SDK's `TokenStorage`, and the end of the token beside it."""

    def __init__(self, server: HttpServer, store: TokenStore) -> None:
        self._server = server
        self._store = store

    def load(self) -> _Kept:
        """All that is kept; of a version that is not ours, nothing."""
        text = self._store.read(self._server.name, self._server.url)
        try:
            return _Kept() if text is None else _Kept.model_validate_json(text)
        except ValidationError:
            return _Kept()

    def note(self, metadata: OAuthMetadata | None) -> None:
        """Keep where the server's tokens come from."""
        if metadata is not None:
            self._save(self.load().model_copy(update={"metadata": metadata}))

    def forget(self) -> bool:
        """Forget everything; whether there was something."""
        return self._store.remove(self._server.name, self._server.url)

    async def get_tokens(self) -> OAuthToken | None:
        """See `mcp.client.auth.TokenStorage`."""
        return self.load().tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """See `mcp.client.auth.TokenStorage`."""
        expires_at = None if tokens.expires_in is None else time.time() + tokens.expires_in
        self._save(self.load().model_copy(update={"tokens": tokens, "expires_at": expires_at}))

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """See `mcp.client.auth.TokenStorage`."""
        return self.load().client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """See `mcp.client.auth.TokenStorage`."""
        self._save(self.load().model_copy(update={"client": client_info}))

    def _save(self, kept: _Kept) -> None:
        self._store.write(self._server.name, self._server.url, kept.model_dump_json(exclude_none=True))


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


class _SignedIn(OAuthClientProvider):
    """The flow of a person, who is there or not."""

    def __init__(self, server: HttpServer, auth: OAuth, wallet: Wallet, person: Person | None) -> None:
        redirect = AnyUrl(person.redirect_uri if person is not None else "http://127.0.0.1/")
        secret_method = "client_secret_post" if auth.client_secret is not None else "none"
        metadata = OAuthClientMetadata(
            client_name=CLIENT_NAME,
            redirect_uris=[redirect],
            grant_types=["authorization_code", "refresh_token"],
            token_endpoint_auth_method=secret_method,
            scope=" ".join(auth.scopes) or None,
        )
        super().__init__(
            server.url,
            metadata,
            wallet,
            redirect_handler=None if person is None else person.show,
            callback_handler=None if person is None else person.wait,
        )
        self._wallet = wallet
        self._auth = auth
        self._person = person
        self._method = secret_method

    async def _initialize(self) -> None:
        await super()._initialize()
        kept = self._wallet.load()
        self.context.token_expiry_time = kept.expires_at
        self.context.oauth_metadata = kept.metadata
        if self._auth.client_id is not None:
            self.context.client_info = OAuthClientInformationFull(
                client_id=self._auth.client_id,
                client_secret=self._auth.client_secret,
                redirect_uris=self.context.client_metadata.redirect_uris,
                token_endpoint_auth_method=self.context.client_metadata.token_endpoint_auth_method,
            )
        elif self._person is not None:
            # The address that the browser comes back to is another one each time.
            self.context.client_info = None

    async def _perform_authorization(self) -> httpx2.Request:
        if self._person is None:
            raise OAuthFlowError("somebody has to sign in")
        return await super()._perform_authorization()


class SignIn:
    """Tokens of one server, for as many calls at once as there are.

    Args:
        server: with an `auth`.
        wallet: what is remembered of it.
        client: makes the requests of the flow; bounded, and without any credentials of its own.
    """

    def __init__(
        self, server: HttpServer, auth: Auth, wallet: Wallet, client: Callable[[], httpx2.AsyncClient]
    ) -> None:
        self._server = server
        self._auth = auth
        self._wallet = wallet
        self._client = client
        self._renewing = asyncio.Lock()
        self._token: str | None = None
        self._ends_at: float | None = None

    async def token(self) -> str:
        """A token that is not over.

        Raises:
            SignInNeeded: there is none, and none can be had.
            httpx2.TransportError: the authorization server cannot be reached.
        """
        if self._token is not None and not _is_over(self._ends_at):
            return self._token
        return await self.renew(self._token)

    async def renew(self, rejected: str | None) -> str:
        """Another token than `rejected`; however many ask at once, it is got once.

        Raises:
            SignInNeeded: there is none, and none can be had.
            httpx2.TransportError: the authorization server cannot be reached.
        """
        async with self._renewing:
            kept = await asyncio.to_thread(self._wallet.load)
            if not self._is_usable(kept, rejected):
                await self._get(kept, rejected)
                kept = await asyncio.to_thread(self._wallet.load)
            if kept.tokens is None or kept.tokens.access_token == rejected:
                raise SignInNeeded(self._what_to_do("its tokens are not accepted any more"))
            self._token, self._ends_at = kept.tokens.access_token, kept.expires_at
            return self._token

    async def sign_in(self, person: Person, seconds: float) -> None:
        """Let a person sign in; the tokens are kept.

        Raises:
            SignInNeeded: it did not work.
            TimeoutError: the person did not come back in time.
            httpx2.TransportError: a server cannot be reached.
        """
        if not isinstance(self._auth, OAuth):
            raise SignInNeeded("no person signs in to this server: it has credentials of its own in mcp.json")
        self._wallet.forget()
        async with asyncio.timeout(seconds):
            await self._flow(_SignedIn(self._server, self._auth, self._wallet, person))

    async def _get(self, kept: _Kept, rejected: str | None) -> None:
        provider = self._provider()
        if isinstance(self._auth, OAuth) and kept.tokens is None:
            raise SignInNeeded(self._what_to_do("somebody has to sign in"))
        if kept.tokens is not None and kept.tokens.access_token == rejected:
            await self._expire(kept)
        try:
            async with asyncio.timeout(FLOW_SECONDS):
                await self._flow(provider)
        except TimeoutError:
            raise httpx2.ConnectError("the authorization server did not answer in time") from None
        except httpx2.TransportError as exc:  # the call itself was never sent
            raise httpx2.ConnectError(f"no token could be got: {type(exc).__name__}: {exc}") from exc

    async def _expire(self, kept: _Kept) -> None:
        """What the server rejected is over, whatever was said of its end: only then the SDK renews it."""
        assert kept.tokens is not None  # noqa: S101 - the caller looked
        await self._wallet.set_tokens(kept.tokens.model_copy(update={"expires_in": -1}))

    async def _flow(self, provider: OAuthClientProvider) -> None:
        async with self._client() as client:
            try:
                await client.post(self._server.url, content=b"{}", headers=_PROBE, auth=provider)
            except (OAuthFlowError, ValidationError, ValueError) as exc:
                raise SignInNeeded(self._what_to_do(plain(str(exc).partition("\n")[0], 300))) from exc
        context: OAuthContext = provider.context
        self._wallet.note(context.oauth_metadata)

    def _provider(self) -> OAuthClientProvider:
        match self._auth:
            case OAuth() as auth:
                return _SignedIn(self._server, auth, self._wallet, None)
            case ClientCredentials() as auth:
                return ClientCredentialsOAuthProvider(
                    self._server.url,
                    self._wallet,
                    client_id=auth.client_id,
                    client_secret=auth.client_secret,
                    scope=" ".join(auth.scopes) or None,
                    issuer=auth.issuer,
                )
            case PrivateKeyJwt() as auth:
                signed = SignedJWTParameters(
                    issuer=auth.client_id,
                    subject=auth.client_id,
                    signing_key=auth.key,
                    signing_algorithm=auth.algorithm,
                )
                return PrivateKeyJWTOAuthProvider(
                    self._server.url,
                    self._wallet,
                    client_id=auth.client_id,
                    assertion_provider=signed.create_assertion_provider(),
                    scope=" ".join(auth.scopes) or None,
                    issuer=auth.issuer,
                )
            case _:
                assert_never(self._auth)

    def _is_usable(self, kept: _Kept, rejected: str | None) -> bool:
        return kept.tokens is not None and kept.tokens.access_token != rejected and not _is_over(kept.expires_at)

    def _what_to_do(self, why: str) -> str:
        if isinstance(self._auth, OAuth):
            return f"{why}; run 'callsheet tools login {self._server.name}'"
        return f"its credentials in mcp.json are not accepted: {why}"


def _is_over(ends_at: float | None) -> bool:
    return ends_at is not None and time.time() > ends_at - EARLY


def error_body(message: str) -> bytes:
    """A JSON-RPC error that says so, in the place of an answer."""
    return orjson.dumps({"jsonrpc": "2.0", "id": 0, "error": {"code": -32000, "message": message}})
