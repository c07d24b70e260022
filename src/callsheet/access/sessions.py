"""Sessions of people in a browser: what a cookie stands for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from callsheet.access.principal import Principal

TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who signed in.

    Attributes:
        digest: SHA-256 of the cookie's token, in hexadecimal; the token itself is in the browser alone.
        principal: who it is. With `key_id`, the session ends when the key is revoked or expires.
        expires_at: when it ends at the latest.
    """

    digest: str
    principal: Principal
    created_at: datetime
    expires_at: datetime


class SessionStore(Protocol):
    """The store. What was returned is durable; every method raises `JournalUnavailable` when it cannot work."""

    async def add(self, session: Session) -> None:
        """Keep a new session; forget those that ended before it began."""
        ...

    async def find(self, digest: str) -> Session | None:
        """One session, an expired one too; None when it was ended, or its key is revoked or gone."""
        ...

    async def remove(self, digest: str) -> None:
        """End a session; without effect when there is none."""
        ...
