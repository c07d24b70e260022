"""What people do with secrets: keep one, remove one, look at their names. Nobody is told a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretEntry:
    """A secret, without its value.

    Attributes:
        provider: where the value comes from: `environment`, `files` or `store`; empty for one of the store that cannot
            be decrypted.
        changed_at: when it was kept in the store, in UTC; None when it is not there.
    """

    name: str
    provider: str
    changed_at: datetime | None


class SecretDesk(Protocol):
    """The secrets of this process, of which those in its store can be changed."""

    async def list(self) -> Sequence[SecretEntry]:
        """Every secret, by name."""
        ...

    async def set(self, name: str, secret: str) -> SecretEntry:
        """Keep `secret` in the store instead of what was there; durable when this returns.

        Another provider may have a secret of this name, too: then that one is used, and the entry names it.

        Raises:
            Invalid: the name cannot be one, or the value is empty, too large, or has a NUL in it.
            Unavailable: it could not be written.
        """
        ...

    async def remove(self, name: str) -> None:
        """Remove a secret from the store.

        Raises:
            Invalid: the name cannot be one.
            SecretNotFound: the store has none of this name.
            Unavailable: it is still there.
        """
        ...
