"""Signatures of webhooks: HMAC-SHA256 over a moment and the body, as `t=<unix seconds>,v1=<hex>`.

A sender that changes its key signs with both for a while: `t=…,v1=…,v1=…`.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callsheet.errors.triggers import SignatureExpired, SignatureRefused

HEADER: Final = "Callsheet-Signature"

_LONGEST: Final = 2_000
_MOST: Final = 10
_SECONDS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What the header says.

    Attributes:
        seconds: when it was signed, since 1970.
        digests: the lower-case hexadecimal HMACs, at least one.
    """

    seconds: int
    digests: tuple[str, ...]


def sign(secret: str, seconds: int, body: bytes) -> str:
    """The value of the header for a body that is signed at a moment."""
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def read_signature(header: str) -> Signature:
    """What the header says.

    Raises:
        SignatureRefused: it cannot be read.
    """
    parts = [part.strip().partition("=") for part in header.split(",")] if len(header) <= _LONGEST else []
    moments = [value for name, _, value in parts if name == "t"]
    digests = tuple(value.lower() for name, _, value in parts if name == "v1")
    if len(moments) != 1 or not _SECONDS.fullmatch(moments[0]) or not 1 <= len(digests) <= _MOST:
        raise SignatureRefused(f"The header {HEADER} must be 't=<unix seconds>,v1=<hex HMAC-SHA256>'.")
    return Signature(seconds=int(moments[0]), digests=tuple(each for each in digests if _HEX.fullmatch(each)))


def check_signature(signature: Signature, secrets: Sequence[str], body: bytes, *, now: float, tolerance: float) -> None:
    """Return when one of the `secrets` signed `body`, at most `tolerance` seconds from `now`.

    Raises:
        SignatureRefused: none did.
        SignatureExpired: one did, too long ago or in the future.
    """
    wanted = [_digest(secret, signature.seconds, body) for secret in secrets]
    # Every pair is compared, in constant time each: how long it takes says nothing of which one fits.
    fits = [hmac.compare_digest(one, other) for one in wanted for other in signature.digests]
    if not any(fits):
        raise SignatureRefused("The signature does not fit the body and the hook's secret.")
    if abs(now - signature.seconds) > tolerance:
        raise SignatureExpired(
            f"The signature was made {abs(now - signature.seconds):.0f} s from now; {tolerance:g} s are allowed."
        )


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
