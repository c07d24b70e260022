"""Revisions in the headers of conditional requests (RFC 9110, section 13).

A tag is a revision in double quotes. `W/` before it is ignored: a proxy that compresses puts it there, and the revision
names the content all the same.
"""

import re
from typing import Final

from callsheet.api.errors import Refused, shortened
from callsheet.runs.events import Revision
from callsheet.runs.revisions import Expected, Presence

_TAG: Final = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"', re.ASCII)
_TAGS: Final = re.compile(rf"\s*{_TAG.pattern}(?:\s*,\s*{_TAG.pattern})*\s*", re.ASCII)
_ANY: Final = "*"

MATCHED: Final = {"pattern": rf"^(?:\*|{_TAGS.pattern})$"}
"""What the OpenAPI document says of `If-Match`; this module refuses the rest, with a sentence that says more."""

ABSENT: Final = {"pattern": r"^\s*\*\s*$"}
"""The same for `If-None-Match` of a request that saves."""


def etag(revision: Revision) -> str:
    """The tag that names `revision`."""
    return f'"{revision}"'


def is_known(if_none_match: str | None, revision: Revision) -> bool:
    """Whether the caller has `revision` already; a header that cannot be read says no."""
    header = (if_none_match or "").strip()
    return header == _ANY or revision in _revisions(header)


def expected_of(if_match: str | None, if_none_match: str | None) -> Expected:
    """What a caller who saves expects to be there.

    Raises:
        Refused: the headers cannot be read, or contradict each other.
    """
    if if_none_match is not None:
        if if_none_match.strip() != _ANY or if_match is not None:
            raise _refused("If-None-Match", "it can only be *, alone, to create what does not exist yet")
        return Presence.ABSENT
    if if_match is None:
        return Presence.UNSAID
    if if_match.strip() == _ANY:
        return Presence.PRESENT
    revisions = _revisions(if_match)
    if not revisions:
        raise _refused("If-Match", f"{shortened(if_match)!r} is no revision in double quotes, as an ETag gives it")
    return revisions


def _revisions(header: str) -> frozenset[Revision]:
    if not _TAGS.fullmatch(header):
        return frozenset()
    return frozenset(Revision(found) for found in _TAG.findall(header))


def _refused(name: str, why: str) -> Refused:
    message = f"The header {name} cannot be used: {why}."
    return Refused("request.invalid", message, [{"in": "header", "pointer": f"/{name}", "message": message}])
