"""What people do with API keys: make one, take one back, look at all of them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from callsheet.access.keys import PREFIX_BYTES, SECRET_BYTES, ApiKey, KeyStore, digest_of, key_text, subject_of
from callsheet.access.patterns import ALL, Patterns
from callsheet.access.principal import Principal
from callsheet.access.scopes import SCOPES_OF, Role
from callsheet.errors.access import Forbidden, KeyNotFound
from callsheet.errors.kinds import Invalid, Problem

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
    scenarios: Sequence[str] = ALL.texts
    tools: Sequence[str] = ALL.texts
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
            every_run=_sees_every_run(wish),
            created_at=now,
            created_by=by,
            scenarios=_patterns("scenarios", wish.scenarios),
            tools=_patterns("tools", wish.tools),
            expires_at=wish.expires_at,
        )
        await self._keys.add(key)
        return NewKey(key=await self._find(key.key_id), text=text)

    async def create_for(self, caller: Principal, wish: KeyWish) -> NewKey:
        """Make a key as `caller` wants it, who can give nobody more than they have.

        Args:
            caller: who makes it.
            wish: what it may do.

        Raises:
            Forbidden: the key could do more than `caller`, or would be one of somebody else.
            Invalid: the name, a pattern or the end cannot be.
            Conflict: there are too many keys.
            JournalUnavailable: it could not be kept.
        """
        _check_is_no_more(caller, wish)
        await self._check_is_no_others(caller, wish.name)
        return await self.create(wish, caller.subject)

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

    async def _check_is_no_others(self, caller: Principal, name: str) -> None:
        """A key of a name owns all runs of that name."""
        if caller.every_run or caller.subject == subject_of(name):
            return
        if any(key.name == name for key in await self._keys.list()):
            raise Forbidden(f"There are keys of the name {name[:64]!r}, and their runs are not yours to see.")

    async def _find(self, key_id: str) -> ApiKey:
        key = await self._keys.find(key_id)
        if key is None:
            raise _unknown(key_id)
        return key


def _check_is_no_more(caller: Principal, wish: KeyWish) -> None:
    if not SCOPES_OF[wish.role] <= SCOPES_OF[caller.role]:
        raise Forbidden(f"The role '{wish.role}' may do more than yours, which is '{caller.role}'.")
    if _sees_every_run(wish) and not caller.every_run:
        raise Forbidden("The key would see every run, and you do not: set 'every_run' to false.")
    for field, own, asked in (
        ("scenarios", caller.scenarios, wish.scenarios),
        ("tools", caller.tools, wish.tools),
    ):
        if not own.cover(_patterns(field, asked)):
            raise Forbidden(f"The key's {field} are more than yours, which are: {', '.join(own.texts) or 'none'}.")


def _sees_every_run(wish: KeyWish) -> bool:
    return wish.role in SEES_EVERY_RUN if wish.every_run is None else wish.every_run


def _check(wish: KeyWish, now: datetime) -> None:
    if _NAME.fullmatch(wish.name) is None:
        raise _invalid("name", f"{wish.name[:100]!r} is no name for a key: 1 to 64 letters, digits and _ . - are.")
    if wish.expires_at is not None and wish.expires_at <= now:
        raise _invalid("expires_at", "A key cannot end before it begins: 'expires_at' is in the past.")


def _patterns(field: str, texts: Sequence[str]) -> Patterns:
    try:
        return Patterns.parse(texts)
    except Invalid as exc:
        raise _invalid(field, exc.message) from exc


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, (Problem(pointer=f"/{field}", message=message),))


def _unknown(key_id: str) -> KeyNotFound:
    return KeyNotFound(f"There is no API key {key_id[:64]!r}.")
