"""The `IdentityProvider` port over OpenID Connect: the authorization code flow with PKCE, state and nonce."""

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from loguru import logger

from callsheet.access.identities import Asked, Identity, identity_of
from callsheet.errors.access import CredentialInvalid
from callsheet.errors.kinds import Unavailable
from callsheet.openid.bounds import BoundedTransport
from callsheet.openid.documents import Documents, unanswered
from callsheet.openid.id_tokens import Expected, KeyUnknown, verified
from callsheet.openid.metadata import Metadata
from callsheet.openid.refusals import refusal_of
from callsheet.runs.ports import Clock
from callsheet.scenario.json import JsonObject

_SCOPES: Final = ("openid", "profile", "email")
_RANDOM: Final = 43
"""Characters of state and nonce: 256 bits."""

_VERIFIER: Final = 64
_NAMES: Final = ("name", "preferred_username", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """How this service is known to the provider.

    Attributes:
        issuer: the provider's address.
        client_secret: empty for a client that has none.
        roles_claim: the claim that holds a person's groups.
        seconds: how long the provider may take for one answer.
    """

    issuer: str
    client_id: str
    client_secret: str
    roles_claim: str
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class _Tokens:
    id_token: str
    access_token: str


@asynccontextmanager
async def open_provider(registration: Registration, clock: Clock) -> AsyncGenerator["OpenIdProvider"]:
    """The provider, which is asked nothing before somebody signs in."""
    # A proxy from the environment, or its certificates, would go round what the operator configured.
    transport = BoundedTransport(httpx2.AsyncHTTPTransport(verify=await _tls(registration.issuer), trust_env=False))
    async with httpx2.AsyncClient(transport=transport, timeout=registration.seconds, trust_env=False) as client:
        yield OpenIdProvider(registration, client, transport, clock)


async def _tls(issuer: str) -> ssl.SSLContext:
    """Reading the system's certificates takes up to 75 ms, so a thread does it; without https nobody is trusted."""
    if not issuer.startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return await asyncio.to_thread(httpx2.create_ssl_context, trust_env=False)


class OpenIdProvider:
    """One provider."""

    def __init__(
        self, registration: Registration, client: httpx2.AsyncClient, transport: httpx2.AsyncBaseTransport, clock: Clock
    ) -> None:
        self._registration = registration
        self._transport = transport
        self._clock = clock
        self._documents = Documents(registration.issuer, client, clock, registration.seconds)

    async def ask(self, redirect_uri: str) -> tuple[str, Asked]:
        """See `IdentityProvider.ask`."""
        metadata = await self._documents.metadata()
        asked = Asked(
            state=generate_token(_RANDOM),
            nonce=generate_token(_RANDOM),
            verifier=generate_token(_VERIFIER),
            redirect_uri=redirect_uri,
        )
        url, _ = self._client(metadata, asked).create_authorization_url(
            metadata.asks,
            state=asked.state,
            nonce=asked.nonce,
            code_verifier=asked.verifier,
            scope=self._scopes(metadata),
        )
        return str(url), asked

    async def identify(self, asked: Asked, answer: Mapping[str, str]) -> Identity:
        """See `IdentityProvider.identify`."""
        metadata = await self._documents.metadata()
        tokens = await self._redeem(metadata, asked, _code(answer, metadata))
        expected = Expected(
            issuer=metadata.issuer,
            audience=self._registration.client_id,
            nonce=asked.nonce,
            access_token=tokens.access_token,
        )
        claims = await self._claims(metadata, tokens.id_token, expected)
        if metadata.tells is not None and tokens.access_token and not self._is_enough(claims):
            claims = {**await self._told(metadata.tells, tokens.access_token, claims), **claims}
        names = [claims.get(name) for name in _NAMES]
        return identity_of(claims.get("sub"), names, claims.get(self._registration.roles_claim))

    async def _claims(self, metadata: Metadata, token: str, expected: Expected) -> JsonObject:
        keys = await self._documents.keys(metadata)
        try:
            return verified(token, keys, expected, self._clock.now())
        except KeyUnknown:
            keys = await self._documents.keys(metadata, besides=keys)
        try:
            return verified(token, keys, expected, self._clock.now())
        except KeyUnknown as exc:
            raise CredentialInvalid("The ID token is not signed with a key of the provider's.") from exc

    async def _redeem(self, metadata: Metadata, asked: Asked, code: str) -> _Tokens:
        try:
            async with asyncio.timeout(self._registration.seconds):
                token = await self._client(metadata, asked).fetch_token(
                    metadata.redeems, grant_type="authorization_code", code=code, code_verifier=asked.verifier
                )
        except OAuthError as exc:
            raise _unredeemed(exc) from exc
        # It is no JSON, it nests, or its fields have other types than Authlib reads in them.
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, TypeError, ValueError, RecursionError) as exc:
            raise unanswered(metadata.redeems, exc) from exc
        match token:
            case {"id_token": str() as id_token, "access_token": str() as access_token}:
                return _Tokens(id_token, access_token)
            case {"id_token": str() as id_token}:
                return _Tokens(id_token, "")
            case _:
                raise CredentialInvalid("The provider sent no ID token.")

    async def _told(self, url: str, access_token: str, claims: JsonObject) -> JsonObject:
        """What the provider says of the person beside the ID token."""
        if not access_token.isascii() or not access_token.isprintable():
            raise CredentialInvalid("The provider sent an access token that no header can carry.")
        told = await self._documents.fetch(url, access_token)
        if not isinstance(told, dict) or told.get("sub") != claims.get("sub"):
            raise CredentialInvalid("What the provider says of the person is about somebody else.")
        return told

    def _is_enough(self, claims: JsonObject) -> bool:
        return self._registration.roles_claim in claims and any(name in claims for name in _NAMES)

    def _scopes(self, metadata: Metadata) -> str:
        """What is asked for; some providers give groups under a scope of that name, others refuse an unknown one."""
        known = metadata.scopes
        wanted = [scope for scope in _SCOPES if known is None or scope in known or scope == "openid"]
        if known is not None and self._registration.roles_claim in known.difference(wanted):
            wanted.append(self._registration.roles_claim)
        return " ".join(wanted)

    def _client(self, metadata: Metadata, asked: Asked) -> Any:
        """Authlib's client for one sign-in: it keeps the tokens that it got, so no two people may share one.

        `Any`: Authlib has no types. It is not opened, so that nothing has to be closed but the shared transport.
        """
        registration = self._registration
        method = _secret_in_header if metadata.secret_in_header else "client_secret_post"
        return cast("Any", AsyncOAuth2Client)(
            client_id=registration.client_id,
            client_secret=registration.client_secret or None,
            token_endpoint_auth_method=method if registration.client_secret else "none",
            redirect_uri=asked.redirect_uri,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=registration.seconds,
            trust_env=False,
        )


def _secret_in_header(client: Any, method: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    """HTTP Basic as RFC 6749 wants it (section 2.3.1): Authlib leaves out that both are form-encoded first."""
    both = ":".join(quote(text, safe="") for text in (client.client_id, client.client_secret))
    headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
    return uri, headers, body


def _code(answer: Mapping[str, str], metadata: Metadata) -> str:
    """The code of an answer of this provider.

    Raises:
        CredentialInvalid: it has none, or another provider gave it.
    """
    issuer = answer.get("iss")
    if issuer != metadata.issuer and (issuer is not None or metadata.names_itself):
        raise CredentialInvalid("The answer is not from the provider that was asked.")
    if "error" in answer:
        raise refusal_of(answer["error"], answer.get("error_description", ""))
    if not answer.get("code"):
        raise CredentialInvalid("The provider sent no code.")
    return answer["code"]


def _unredeemed(exc: OAuthError) -> CredentialInvalid | Unavailable:
    """What the provider says when it takes no code; of its words only the log has any."""
    logger.warning("The OpenID provider gave no token: {!r}: {!r}", str(exc.error)[:100], str(exc.description)[:300])
    if exc.error == "invalid_grant":
        return CredentialInvalid("The provider does not know this sign-in any more. Begin again.")
    return Unavailable("The provider does not accept this service as its client. The log of this service says more.")
