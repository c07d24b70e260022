"""The credential of a request: a bearer key in its `Authorization`, or the cookie of a session. Nowhere else.

A cookie is sent by the browser, whoever wrote the page that asks. `SameSite=Strict` keeps pages of other sites from it,
but not those of another host of the same site, or of another port of this machine: see `is_forgeable`.
"""

import re
from functools import partial
from typing import Final

from starlette.types import Scope

from callsheet.access.principal import Principal
from callsheet.access.sessions import Session
from callsheet.api.gate import Gate
from callsheet.api.session_cookie import SessionCookie
from callsheet.errors.access import CredentialInvalid, TooManyGuesses, Unauthenticated

_BEARER: Final = re.compile(r"bearer +([\x21-\x7e]{1,256})", re.IGNORECASE | re.ASCII)
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def identify(scope: Scope, gate: Gate, source: str, cookie: SessionCookie) -> Principal:
    """Who sends the request. A key counts before a cookie; one that is wrong is not made good by the other.

    Args:
        scope: of the request.
        gate: checks credentials.
        source: where it comes from: see `Sources.subscriber`.
        cookie: of sessions.

    Raises:
        Unauthenticated: that is not known; its class says why.
        TooManyGuesses: too many wrong ones came from there.
        JournalUnavailable: nobody can tell now.
    """
    key = bearer_of(scope)
    if key is not None:
        return await gate.guesses.check(source, key, lambda: gate.authenticator.by_key(key))
    found, refusal = await sessions_of(scope, gate, source, cookie)
    if len(found) > 1:
        raise CredentialInvalid(f"There are several cookies '{cookie.name}' that count. Sign in again.")
    if not found:
        raise refusal or Unauthenticated
    return found[0][1].principal


async def sessions_of(
    scope: Scope, gate: Gate, source: str, cookie: SessionCookie
) -> tuple[list[tuple[str, Session]], Unauthenticated | TooManyGuesses | None]:
    """The sessions of the request's cookies that count, with their tokens; and why another does not.

    Raises:
        CredentialInvalid: there are too many cookies.
        JournalUnavailable: nobody can tell now.
    """
    found: list[tuple[str, Session]] = []
    refusal: Unauthenticated | TooManyGuesses | None = None
    for token in cookie.tokens(scope):
        ask = partial(gate.authenticator.by_token, token)
        try:
            found.append((token, await gate.guesses.check(source, token, ask)))
        except (Unauthenticated, TooManyGuesses) as exc:
            refusal = exc
    return found, refusal


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


def is_forgeable(scope: Scope, cookie: SessionCookie) -> bool:
    """Whether the request stands on a cookie and may be made by a page that is not ours.

    One that changes something must come from our own page, as the browser says with `Sec-Fetch-Site` or `Origin`
    (foreign origins were refused before). Others must not come from another page, except that a link was followed.
    """
    if _values(scope, b"authorization") or not any(cookie.name in value for value in _values(scope, b"cookie")):
        return False
    safe, sites = scope["method"] in _SAFE, _values(scope, b"sec-fetch-site")
    if not sites:
        return not (safe or _values(scope, b"origin"))
    if all(site == "same-origin" for site in sites):
        return False
    return not (safe and (all(site == "none" for site in sites) or _is_followed(scope)))


def _is_followed(scope: Scope) -> bool:
    return _values(scope, b"sec-fetch-mode") == ["navigate"] and _values(scope, b"sec-fetch-dest") == ["document"]


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key == name]
