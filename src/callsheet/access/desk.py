"""What people do with API keys: make one, take one back, look at all of them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from callsheet.access.keys import PREFIX_BYTES, SECRET_BYTES, ApiKey, KeyStore, digest_of, key_text
from callsheet.access.patterns import ALL, Patterns
from callsheet.access.scopes import Role
from callsheet.errors import Invalid, KeyNotFound, Problem

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)

SEES_EVERY_RUN: Final = frozenset({Role.VIEWER, Role.ADMIN})
"""The roles whose keys see the runs of others, too, unless something else is said when one is made."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWish:
    """A key as somebody wants it.

    Attributes:
        every_run: None for what the role usually sees: see `SEES_EVERY_RUN`.
        scenarios: patterns of those that it may see and run.
        tools: patterns of those that it may call, as `server/tool`.
        expires_at: None for never.
    """

    name: str
    role: Role
    every_run: bool | None = None
    scenarios: Iterable[str] = ALL.texts
    tools: Iterable[str] = ALL.texts
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made.

    Attributes:
        key: what is kept of it.
        text: the key itself, which nobody can be told again.
    """

    key: ApiKey
    text: str

    def __repr__(self) -> str:
        """Without the key itself."""
        return f"NewKey({self.key.key_id})"


class KeyDesk:
    """The use cases of API keys, for the HTTP API and the command line.

    Args:
        keys: where they are kept.
        clock: for the moments of making and taking back.
        random_bytes: gives as many bytes as it is asked for, which nobody can guess.
    """

    def __init__(self, *, keys: KeyStore, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._clock = clock
        self._random_bytes = random_bytes

    async def create(self, wish: KeyWish, by: str) -> NewKey:
        """Make a key, and keep what is needed to know it again.

        Args:
            wish: what it may do.
            by: the subject of who makes it.

        Raises:
            Invalid: the name, a pattern or the end cannot be.
            Conflict: there are too many keys.
            JournalUnavailable: it could not be kept.
        """
        now = self._clock.now()
        _check(wish, now)
        text = key_text(prefix := self._random_bytes(PREFIX_BYTES), self._random_bytes(SECRET_BYTES))
        key = ApiKey(
            key_id=prefix.hex(),
            digest=digest_of(text),
            name=wish.name,
            role=wish.role,
            every_run=wish.role in SEES_EVERY_RUN if wish.every_run is None else wish.every_run,
            created_at=now,
            created_by=by,
            scenarios=_patterns("scenarios", wish.scenarios),
            tools=_patterns("tools", wish.tools),
            expires_at=wish.expires_at,
        )
        await self._keys.add(key)
        return NewKey(key=await self._find(key.key_id), text=text)

    async def revoke(self, key_id: str) -> ApiKey:
        """Take a key back; the sessions that began with it end.

        Raises:
            KeyNotFound: there is none of this id.
            JournalUnavailable: that could not be kept.
        """
        key = await self._keys.revoke(key_id, self._clock.now())
        if key is None:
            raise _unknown(key_id)
        return key

    async def list(self) -> Sequence[ApiKey]:
        """Every key, the newest first.

        Raises:
            JournalUnavailable: they cannot be read.
        """
        return await self._keys.list()

    async def _find(self, key_id: str) -> ApiKey:
        key = await self._keys.find(key_id)
        if key is None:
            raise _unknown(key_id)
        return key


def _check(wish: KeyWish, now: datetime) -> None:
    if _NAME.fullmatch(wish.name) is None:
        raise _invalid("name", f"{wish.name[:100]!r} is no name for a key: 1 to 64 letters, digits and _ . - are.")
    if wish.expires_at is not None and wish.expires_at <= now:
        raise _invalid("expires_at", "A key cannot end before it begins: 'expires_at' is in the past.")


def _patterns(field: str, texts: Iterable[str]) -> Patterns:
    try:
        return Patterns.parse(texts)
    except Invalid as exc:
        raise _invalid(field, exc.message) from exc


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, (Problem(pointer=f"/{field}", message=message),))


def _unknown(key_id: str) -> KeyNotFound:
    return KeyNotFound(f"There is no API key {key_id[:64]!r}.")
