"""Signing in through an OpenID provider: the browser goes there, and comes back."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from callsheet.access.acts import Deed
from callsheet.access.identities import Identity, principal_of_identity, subject_of
from callsheet.access.principal import Principal
from callsheet.api.access import open_to_all
from callsheet.api.auditing import CODE, TheDeed
from callsheet.api.decoding import StrictRoute
from callsheet.api.middleware.hosts import names_loopback
from callsheet.api.openid import CALLBACK_PATH, COOKIE, LASTS, LOGIN_PATH, OpenId
from callsheet.api.pages import HEADERS, going_on, local_path, refused
from callsheet.api.parts import Parts, TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.session_cookie import HOST_ONLY
from callsheet.errors.access import CredentialInvalid, Forbidden
from callsheet.errors.kinds import CallsheetError, NotFound, Unavailable


def _page(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}


_UNKNOWN: Final = described("No provider is set up here")
_AWAY: Final = _page("The provider does not answer, or nothing can be written down")

router = APIRouter(
    tags=["access"],
    route_class=StrictRoute,
    responses={404: _UNKNOWN, 422: described("Validation Error"), 503: _AWAY},
)


@router.get(
    LOGIN_PATH,
    status_code=302,
    response_class=Response,
    summary="Sign in through the provider",
    responses={302: {"description": "To the provider"}},
)
@open_to_all("It leads to where people say who they are.")
async def begin_sign_in(
    request: Request,
    parts: TheParts,
    wanted: Annotated[str, Query(alias="next", description="The page to go on to: a path of this service.")] = "/",
) -> Response:
    """Send a browser to the provider."""
    openid = _openid(parts)
    try:
        url, carried = await openid.ask(_redirect_uri(openid, request), local_path(wanted))
    except CallsheetError as exc:
        return _refused(request, exc)
    response = RedirectResponse(url, 302, headers=HEADERS)
    _keep(response, parts, carried, int(LASTS.total_seconds()))
    return response


@router.get(
    CALLBACK_PATH,
    response_class=Response,
    summary="Come back from the provider",
    responses={
        200: _page("The session's cookie, and a page that goes on to the one that was wanted"),
        401: _page("The provider refused, or this is no answer to a question of this browser"),
        403: _page("The person is in no group that may use this service"),
    },
)
@open_to_all("Its caller brings the provider's answer to a question that this browser carries.", action="session.begin")
async def end_sign_in(
    request: Request,
    parts: TheParts,
    deed: TheDeed,
    state: Annotated[str, Query(description="Of the question that this is the answer to.")] = "",
    code: Annotated[str | None, Query(description="Becomes an ID token.")] = None,
    error: Annotated[str | None, Query(description="Why there is no code.")] = None,
    error_description: Annotated[str | None, Query(description="More of it; only the log repeats it.")] = None,
    iss: Annotated[str | None, Query(description="The provider, as RFC 9207 has it.")] = None,
) -> Response:
    """Begin the session of whoever the provider vouches for."""
    openid = _openid(parts)
    given = {"code": code, "error": error, "error_description": error_description, "iss": iss}
    answer = {name: text for name, text in given.items() if text is not None}
    response: Response
    try:
        carried = openid.recall(request.cookies.get(_cookie(parts), ""), state)
        ask = partial(openid.provider.identify, carried.asked, answer)
        source = parts.options.sources.subscriber(request.scope)
        asked = partial(parts.gate.guesses.check, source, code or "", ask)
        new = await parts.gate.authenticator.begin(await _known(openid, asked, deed))
        response = going_on(carried.path)
        parts.options.cookie.set(response, new, now=parts.gate.clock.now())
    except CallsheetError as exc:
        response = _refused(request, exc)
    _keep(response, parts, "", 0)
    return response


async def _known(openid: OpenId, ask: Callable[[], Awaitable[Identity]], deed: Deed) -> Principal:
    """Who signs in; they stand in the audit log then, as do those whom the provider or we refuse.

    Raises:
        CredentialInvalid: see `IdentityProvider.identify`.
        Forbidden: they are in no group that has a role.
        TooManyGuesses: too many answers from this address were refused; the provider was not asked.
        Unavailable: the provider does not answer, or nothing can be written down.
    """
    try:
        identity = await ask()
    except CredentialInvalid:
        await deed.begin(None)
        raise
    try:
        principal = principal_of_identity(identity, openid.roles)
    except Forbidden:
        await deed.begin(None, subject=subject_of(identity))
        raise
    await deed.begin(principal)
    return principal


def _refused(request: Request, error: CallsheetError) -> Response:
    request.scope[CODE] = error.code
    return refused(error)


def _openid(parts: Parts) -> OpenId:
    if parts.openid is None:
        raise NotFound("Nobody signs in through a provider here: the setting 'oidc_issuer' names none.")
    return parts.openid


def _redirect_uri(openid: OpenId, request: Request) -> str:
    if openid.public_url is not None:
        return openid.public_url + CALLBACK_PATH
    host = request.headers.get("host", "")
    if not names_loopback(host):
        raise Unavailable(
            "This service does not know under which address the provider reaches it: its operator sets 'public_url'."
        )
    return f"http://{host}{CALLBACK_PATH}"


def _keep(response: Response, parts: Parts, carried: str, seconds: int) -> None:
    """Let the browser carry something for so long.

    By http it gives it to these two addresses alone; by https to all of ours, for else a neighbour could set one.
    """
    secure = parts.options.secure_cookies
    response.set_cookie(
        _cookie(parts),
        carried,
        max_age=seconds,
        path="/" if secure else LOGIN_PATH,
        secure=secure,
        httponly=True,
        samesite="lax",  # it has to come along when the provider sends the browser back
    )


def _cookie(parts: Parts) -> str:
    return f"{HOST_ONLY}{COOKIE}" if parts.options.secure_cookies else COOKIE
