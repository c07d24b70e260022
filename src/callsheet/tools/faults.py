"""What our transports know about a failed request, carried through the SDK in the `data` of a JSON-RPC error."""

import math
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast

FAULT_CODE: Final = -32000
"""The JSON-RPC code of an error that a transport of ours answered in the server's place."""


class FaultKind(StrEnum):
    """What went wrong, as far as it matters for what may be done next."""

    REFUSED = "refused"
    """The request never reached the server."""
    LOST = "lost"
    """The connection broke after the request was sent."""
    STATUS = "status"
    """HTTP answered with an error status."""
    SESSION_GONE = "session_gone"
    """The server forgot our session, or reads nothing in it any more; it did not look at the request."""
    TOO_LARGE = "too_large"
    """The answer is over the size limit."""
    UNREADABLE = "unreadable"
    """The answer cannot be parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failed request. `detail` is the cause in words, `retry_after` the seconds that the server asked for."""

    kind: FaultKind
    detail: str
    status: int | None = None
    retry_after: float | None = None


class FaultMark:
    """Writes a `Fault` into error data under a key that no server can guess, and finds it there again.

    Without the secret a server could claim that its tool did not run and so have it called once more.
    """

    def __init__(self) -> None:
        self._key = f"callsheet/{secrets.token_hex(8)}"

    def write(self, fault: Fault) -> dict[str, dict[str, str | float | None]]:
        """The error data for `fault`."""
        return {
            self._key: {
                "kind": fault.kind.value,
                "detail": fault.detail,
                "status": fault.status,
                "retry_after": fault.retry_after,
            }
        }

    def read(self, data: object) -> Fault | None:
        """The fault in `data`; None when the error is the server's own."""
        if not isinstance(data, dict):
            return None
        fields = cast("dict[str, dict[str, object]]", data).get(self._key)
        if fields is None:
            return None
        return Fault(
            kind=FaultKind(fields["kind"]),
            detail=str(fields["detail"]),
            status=cast("int | None", fields["status"]),
            retry_after=cast("float | None", fields["retry_after"]),
        )


def seconds_of(header: str | None) -> float | None:
    """The seconds of a `Retry-After` header (RFC 9110, 10.2.3); None for none or a date, whose clock is not ours."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def plain(text: str, limit: int = 2000) -> str:
    """A foreign text made fit for a message: without NUL and lone surrogates, at most `limit` characters."""
    clean = text[: limit + 1].replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}\N{HORIZONTAL ELLIPSIS}"
