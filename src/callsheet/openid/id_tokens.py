"""ID tokens: whether the provider made this one, for this question, now (OpenID Connect Core 1.0, section 3.1.3.7)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, cast

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError

from callsheet.errors.access import CredentialInvalid
from callsheet.openid.keys import ALGORITHMS, SigningKey, fitting
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.scenario.json import JsonObject

LEEWAY: Final = 60
"""Seconds that two machines' clocks may differ."""

MAX_TOKEN: Final = 64 * 1024
"""Characters; some providers list hundreds of groups in one."""

_SEGMENTS: Final = 3
_KEYS_TRIED: Final = 10


class KeyUnknown(Exception):
    """None of the keys made this signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must stand in a token.

    Attributes:
        audience: our own name at the provider.
        access_token: that came with it; `at_hash` is its digest.
    """

    issuer: str
    audience: str
    nonce: str
    access_token: str


class _Validated(Protocol):
    """Authlib's claims; the library has no types of its own."""

    def validate(self, now: int, leeway: int) -> None: ...


def verified(token: str, keys: Sequence[SigningKey], expected: Expected, now: datetime) -> JsonObject:
    """The claims of `token`, once nothing is wrong with it.

    Raises:
        KeyUnknown: none of `keys` made its signature.
        CredentialInvalid: it is signed in a way that proves nothing, for somebody else, too old, or no token.
    """
    header = _header(token)
    algorithm, name = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise CredentialInvalid("The provider's ID token is signed in a way that is not accepted.")
    signed = _opened(token, algorithm, fitting(keys, algorithm, name if isinstance(name, str) else None))
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.audience},
            "nonce": {"essential": True},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.audience,
            "access_token": expected.access_token,
        },
    )
    try:
        cast("_Validated", claims).validate(now=int(now.timestamp()), leeway=LEEWAY)
    except (JoseError, TypeError, ValueError) as exc:
        raise CredentialInvalid(f"The provider's ID token is not accepted: {_reason(exc)}.") from exc
    return dict(signed.claims)


def _opened(token: str, algorithm: str, keys: Sequence[SigningKey]) -> jwt.Token:
    for each in keys[:_KEYS_TRIED]:
        with suppress(JoseError, ValueError, TypeError):  # a key of another curve raises something else than a bad one
            return jwt.decode(token, each.key, algorithms=[algorithm])
    raise KeyUnknown


def _header(token: str) -> Mapping[str, object]:
    """The header, after header and claims were found to be JSON of a bounded depth: the library asks for neither."""
    segments = token.split(".")
    if len(segments) != _SEGMENTS or len(token) > MAX_TOKEN:
        raise _no_token()
    try:
        header, claims = (decode_json(_bytes(segment)) for segment in segments[:2])
    except (DocumentInvalid, ValueError, binascii.Error) as exc:
        raise _no_token() from exc
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _no_token()
    return header


def _bytes(segment: str) -> bytes:
    return base64.b64decode(segment.encode("ascii") + b"=" * (-len(segment) % 4), b"-_", validate=True)


def _no_token() -> CredentialInvalid:
    return CredentialInvalid("The provider sent something else than an ID token.")


def _reason(exc: Exception) -> str:
    """A sentence of the library's about a claim, which it names; never the claim's value."""
    return (
        exc.description.rstrip(".") if isinstance(exc, JoseError) and exc.description else "its claims have wrong types"
    )
