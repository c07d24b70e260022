"""The keys with which a provider signs (RFC 7517)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from callsheet.errors.kinds import Unavailable
from callsheet.scenario.json import Json

ALGORITHMS: Final[Mapping[str, str]] = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "PS384": "RSA",
    "PS512": "RSA",
    "ES256": "EC",
    "ES384": "EC",
    "ES512": "EC",
    "EdDSA": "OKP",
}
"""What a signature may be made with, and with which type of key. `none` is not among them, nor is HMAC: whoever knows
the public key could sign with it."""

MAX_KEYS: Final = 50

_RSA_DIGITS: Final = 342
"""Of a modulus of 2048 bits, in Base64."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of them; `name` is its `kid`, empty where it has none."""

    name: str
    kind: str
    key: Key


def read_keys(document: Json) -> Sequence[SigningKey]:
    """The keys of a set that can be used; others are left out, as the RFC wants it.

    Raises:
        Unavailable: it is no set of keys.
    """
    match document:
        case {"keys": list(entries)}:
            found = [_read(entry) for entry in entries[:MAX_KEYS]]
            return [key for key in found if key is not None]
        case _:
            raise Unavailable("What the provider gives out as its keys cannot be used.")


def fitting(keys: Sequence[SigningKey], algorithm: str, name: str | None) -> Sequence[SigningKey]:
    """Those that may have made a signature: by its algorithm, and by its key's name where it says one."""
    kind = ALGORITHMS[algorithm]
    return [key for key in keys if key.kind == kind and (name is None or key.name == name)]


def _read(entry: Json) -> SigningKey | None:
    match entry:
        case {"kty": ("RSA" | "EC" | "OKP") as kind} if entry.get("use", "sig") == "sig":
            if kind == "RSA" and len(str(entry.get("n", ""))) < _RSA_DIGITS:
                return None
            name = entry.get("kid", "")
            public = {field: entry[field] for field in ("kty", "n", "e", "crv", "x", "y") if field in entry}
            try:
                key = JWKRegistry.import_key(cast("Any", public))
            except (JoseError, ValueError, TypeError, KeyError):
                return None
            return SigningKey(name if isinstance(name, str) else "", str(kind), key)
        case _:
            return None
