"""The credential of a request: a bearer key in its `Authorization`, or the cookie of a session. Nowhere else.

A cookie is sent by the browser, whoever wrote the page that asks. `SameSite=Strict` keeps pages of other sites from it,
but not those of another host of the same site, or of another port of this machine: see `is_forgeable`.
"""

import re
from datetime import datetime
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from callsheet.access.authenticator import NewSession
from callsheet.access.principal import Principal
from callsheet.api.gate import Gate
from callsheet.errors.access import CredentialInvalid, Unauthenticated

COOKIE: Final = "callsheet_session"

_BEARER: Final = re.compile(r"bearer +([\x21-\x7e]{1,256})", re.IGNORECASE | re.ASCII)
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def identify(scope: Scope, gate: Gate, source: str) -> Principal:
    """Who sends the request. A key counts before a cookie; one that is wrong is not made good by the other.

    Args:
        scope: of the request.
        gate: checks credentials.
        source: where it comes from: see `Sources.subscriber`.

    Raises:
        Unauthenticated: that is not known; its class says why.
        TooManyGuesses: too many wrong ones came from there.
        JournalUnavailable: nobody can tell now.
    """
    key = bearer_of(scope)
    if key is not None:
        return await gate.guesses.check(source, key, lambda: gate.authenticator.by_key(key))
    token = token_of(scope)
    if token is None:
        raise Unauthenticated
    return (await gate.guesses.check(source, token, lambda: gate.authenticator.by_token(token))).principal


def bearer_of(scope: Scope) -> str | None:
    """The key in the request's `Authorization`; None without that header.

    Raises:
        CredentialInvalid: it has another form, or there are several.
    """
    values = _values(scope, b"authorization")
    if not values:
        return None
    match = _BEARER.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        raise CredentialInvalid("Send one Authorization header, with 'Bearer' and an API key.")
    return match[1]


def token_of(scope: Scope) -> str | None:
    """The token in the session's cookie; None without one.

    Raises:
        CredentialInvalid: there are several, of which some may be another host's.
    """
    pairs = (pair.partition("=") for value in _values(scope, b"cookie") for pair in value.split(";"))
    tokens = [token.strip() for name, _, token in pairs if name.strip() == COOKIE]
    if len(tokens) > 1:
        raise CredentialInvalid(f"There are several cookies '{COOKIE}'. Remove them, and sign in again.")
    return tokens[0] if tokens else None


def is_forgeable(scope: Scope) -> bool:
    """Whether the request stands on a cookie and may be made by a page that is not ours.

    One that changes something must come from our own page, as the browser says with `Sec-Fetch-Site` or `Origin`
    (foreign origins were refused before). Others must not come from another page, except that a link was followed.
    """
    if _values(scope, b"authorization") or not any(COOKIE in value for value in _values(scope, b"cookie")):
        return False
    safe, sites = scope["method"] in _SAFE, _values(scope, b"sec-fetch-site")
    if not sites:
        return not (safe or _values(scope, b"origin"))
    if all(site == "same-origin" for site in sites):
        return False
    return not (safe and (all(site == "none" for site in sites) or _is_followed(scope)))


def set_cookie(response: Response, new: NewSession, *, now: datetime, secure: bool) -> None:
    """Let the browser keep a session that just began; `secure` where it is reached by https alone."""
    response.set_cookie(
        COOKIE,
        new.token,
        max_age=max(int((new.session.expires_at - now).total_seconds()), 1),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def clear_cookie(response: Response, *, secure: bool) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="strict")


def _is_followed(scope: Scope) -> bool:
    return _values(scope, b"sec-fetch-mode") == ["navigate"] and _values(scope, b"sec-fetch-dest") == ["document"]


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key == name]
