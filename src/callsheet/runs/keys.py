"""Names that follow from where something stands in a run, so that every attempt and every process finds the same."""

import hashlib
import uuid
from typing import Final

from callsheet.access.principal import LOCAL

_BETWEEN: Final = "\n"
"""Between an owner and a key: no key that a caller can send has it."""


def path_uuid(run: uuid.UUID, path: str) -> str:
    """UUIDv5 of `path` in the run's namespace (RFC 9562, section 5.5): an idempotency key, or the id of a child run."""
    # As `uuid.uuid5`, which takes five times as long because it makes an integer of the digest and text of that.
    digest = bytearray(hashlib.sha1(run.bytes + path.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def own_key(key: str, owner: str) -> str:
    """An idempotency key as the journal keeps it: two callers who chose the same one mean different runs."""
    return key if owner == LOCAL.subject else f"{owner}{_BETWEEN}{key}"


def shown_key(kept: str | None) -> str:
    """The key as its caller sent it."""
    return (kept or "").rpartition(_BETWEEN)[2]
