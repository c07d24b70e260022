"""API keys: `cs_<prefix>_<secret>`, of which only the prefix and a digest are kept."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from callsheet.access.patterns import ALL, Patterns
from callsheet.access.principal import Principal
from callsheet.access.scopes import Role

SECRET_BYTES: Final = 32
PREFIX_BYTES: Final = 6
MAX_KEYS: Final = 10_000

TOUCHED_EVERY: Final = timedelta(seconds=60)
"""How far `ApiKey.last_used_at` may be behind: a key is used far more often than a disk should be written to."""

_KEY: Final = re.compile(r"cs_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is kept of a key.

    Attributes:
        key_id: its prefix, 12 hexadecimal digits: public, and in the key itself.
        digest: SHA-256 of the whole key, in hexadecimal. A key has 256 random bits, so nothing slower is needed.
        name: whose it is; several keys of one name are one caller, so that a key can be replaced by another.
        every_run: see `Principal.every_run`.
        created_by: the subject of who made it.
        expires_at: from when on it is refused; None for never.
        last_used_at: about, to the minute; None before the first use.
        revoked_at: when it was taken back; None while it counts.
    """

    key_id: str
    digest: str
    name: str
    role: Role
    every_run: bool
    created_at: datetime
    created_by: str
    scenarios: Patterns = ALL
    tools: Patterns = ALL
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it is accepted at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    @property
    def principal(self) -> Principal:
        """Who calls with it."""
        return Principal(
            subject=subject_of(self.name),
            name=self.name,
            role=self.role,
            every_run=self.every_run,
            scenarios=self.scenarios,
            tools=self.tools,
            key_id=self.key_id,
        )


class KeyStore(Protocol):
    """The store of keys. What was returned is durable; every method raises `JournalUnavailable` when it cannot work."""

    async def add(self, key: ApiKey) -> None:
        """Keep a new key. Of `MAX_KEYS`, the one that was revoked or expired first makes room for it.

        Raises:
            Conflict: there is another one with this id, or there are `MAX_KEYS` that all count.
        """
        ...

    async def find(self, key_id: str) -> ApiKey | None:
        """One key, revoked and expired ones too."""
        ...

    async def list(self) -> Sequence[ApiKey]:
        """Every key, the newest first."""
        ...

    async def revoke(self, key_id: str, at: datetime) -> ApiKey | None:
        """Take a key back, and end the sessions that began with it; one that was revoked before stays as it is.

        None when there is none of this id.
        """
        ...

    async def touch(self, key_id: str, at: datetime) -> None:
        """Remember that it was used: written only when `last_used_at` is `TOUCHED_EVERY` behind, and cheap otherwise.

        Without effect when there is none of this id.
        """
        ...


def subject_of(name: str) -> str:
    """The subject of whoever calls with a key of this name."""
    return f"key:{name}"


def key_text(prefix: bytes, secret: bytes) -> str:
    """A key of `PREFIX_BYTES` and `SECRET_BYTES` random bytes, as its owner gets it."""
    return f"cs_{prefix.hex()}_{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"


def key_id_of(text: str) -> str | None:
    """The id in the text of a key; None when it has not the form of one."""
    match = _KEY.fullmatch(text)
    return None if match is None else match[1]


def digest_of(text: str) -> str:
    """What is kept of a key's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_same(key: ApiKey, text: str) -> bool:
    """Whether `text` is this key; takes the same time wherever they differ."""
    return hmac.compare_digest(key.digest, digest_of(text))
