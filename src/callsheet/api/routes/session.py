"""The session of a browser: who is signed in, signing in with an API key, signing out."""

from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request, Response

from callsheet.access.keys import key_id_of
from callsheet.access.principal import Principal
from callsheet.access.sessions import Session
from callsheet.api.access import open_to_all, principal_of
from callsheet.api.auditing import TheDeed
from callsheet.api.credentials import bearer_of, sessions_of
from callsheet.api.decoding import StrictRoute
from callsheet.api.parts import Parts, TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.session import OidcOffer, SessionResponse, SignInRequest
from callsheet.errors.access import TooManyGuesses, Unauthenticated
from callsheet.errors.kinds import Conflict

LOGIN_URL: Final = "/api/session/oidc"

router = APIRouter(
    prefix="/api",
    tags=["access"],
    route_class=StrictRoute,
    responses={
        422: described("Validation Error"),
        503: described("Keys and sessions cannot be read now; nothing was changed"),
    },
)


@router.get(
    "/session",
    response_model=SessionResponse,
    summary="Who calls",
    description="Tells who the caller is and what they may do, by their key or their cookie; and how to sign in.",
)
@open_to_all("It tells a caller whether they are known.")
async def get_session(request: Request, parts: TheParts) -> SessionResponse:
    """The caller; nobody when the credential is none or counts no more."""
    try:
        principal = principal_of(request.scope)
    except (Unauthenticated, TooManyGuesses):
        return _told(parts, None)
    if not parts.gate.asks or bearer_of(request.scope):
        return _told(parts, principal)
    found = await _sessions(request, parts)
    return _told(parts, principal, found[0][1].expires_at) if found else _told(parts, None)


@router.post(
    "/session",
    response_model=SessionResponse,
    summary="Sign in with an API key",
    description=(
        "Begins a session and sets its cookie, which no script can read and other sites' pages do not send. The "
        "session ends with the key at the latest. An earlier session of this browser ends now."
    ),
    responses={
        401: described("The key is none, was revoked, or has expired"),
        403: described("Another site's page sent it"),
        409: described("Nobody is asked who they are: `auth` is off"),
        429: described("Too many keys from this address were wrong"),
    },
)
@open_to_all("It is how somebody becomes known.", action="session.begin")
async def post_session(
    asked: SignInRequest, request: Request, response: Response, parts: TheParts, deed: TheDeed
) -> SessionResponse:
    """Begin a session; a new token each time, so that nobody can have planted it."""
    gate = parts.gate
    if not gate.asks:
        raise Conflict("Nobody signs in here: the setting 'auth' is off.")
    key_id = key_id_of(asked.key) or ""
    try:
        source = parts.options.sources.subscriber(request.scope)
        principal = await gate.guesses.check(source, asked.key, lambda: gate.authenticator.by_key(asked.key))
    except Unauthenticated:
        await deed.begin(None, target=key_id)
        raise
    await deed.begin(principal, target=key_id)
    new = await gate.authenticator.sign_in(asked.key)
    await _end_sessions(request, parts)
    parts.options.cookie.set(response, new, now=gate.clock.now())
    return _told(parts, new.session.principal, new.session.expires_at)


@router.delete("/session", status_code=204, response_class=Response, summary="Sign out")
@open_to_all("Whoever has no session has nothing to end.", action="session.end")
async def delete_session(request: Request, parts: TheParts, deed: TheDeed) -> Response:
    """End the session; the cookie is forgotten, whatever it was."""
    response = Response(status_code=204)
    parts.options.cookie.clear(response)
    if parts.gate.asks:
        await _end_sessions(request, parts, deed)
    return response


async def _end_sessions(request: Request, parts: Parts, deed: TheDeed | None = None) -> None:
    """End the sessions of the request's cookies that count: one, and any that a neighbour planted."""
    try:
        found = await _sessions(request, parts)
    except Unauthenticated:
        return
    for number, (token, session) in enumerate(found):
        if deed is not None and number == 0:
            await deed.begin(session.principal)
        await parts.gate.authenticator.end(token)


async def _sessions(request: Request, parts: Parts) -> list[tuple[str, Session]]:
    source = parts.options.sources.subscriber(request.scope)
    found, _ = await sessions_of(request.scope, parts.gate, source, parts.options.cookie)
    return found


def _told(parts: Parts, principal: Principal | None, expires_at: datetime | None = None) -> SessionResponse:
    name = parts.options.oidc_name
    offer = OidcOffer(name=name, login_url=LOGIN_URL) if name and parts.gate.asks else None
    return SessionResponse.of(principal, asks=parts.gate.asks, expires_at=expires_at, oidc=offer)
